import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { isForeign, refuseUpgrade } from '../../http/upgrade.ts';
import { type Connection, webSockets } from '../../http/web-socket.ts';
import { socketAdmission } from './socket-admission.ts';
import { withPayload } from './socket-payload.ts';
import { type Extra, type ProtocolOptions, socketProtocol } from './socket-protocol.ts';

/** Serves GraphQL over WebSocket. */
export interface GraphqlSockets {
  /** Takes over the connection of a request that asks for the protocol. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all connections, so that clients resume at another gateway. */
  close(): Promise<void>;
  /** How many connections are open. */
  count(): number;
}

interface Options extends ProtocolOptions {
  /** The origins, besides that of the gateway itself, whose pages can connect. */
  origins: ReadonlySet<string>;
  heartbeatMs?: number | undefined;
}

/**
 * Serves subscriptions over the protocol graphql-transport-ws. The token is in the `Authorization` header of the request, or in
 * `authorization` of the `connection_init`. A connection without a valid token is closed. Each subscription passes the same
 * checks as over HTTP. The next result is executed only once the socket has taken those before it, so a slow reader costs no
 * memory. Queries and mutations are refused, because their answers can be large and are not bounded by one event.
 */
export function graphqlSockets({ origins, heartbeatMs, ...parts }: Options): GraphqlSockets {
  const admit = socketAdmission();
  const protocol = socketProtocol(parts);

  const open = (connection: Connection, extra: Extra) => {
    const closed = protocol.opened(
      {
        protocol: connection.protocol,
        send(message) {
          const text = withPayload(extra, message);
          extra.charge?.(text.length);
          return connection.send(text);
        },
        close: connection.close,
        // Rejects only for a message of a type that clients never send.
        onMessage: (receive) =>
          connection.onMessage((text) => {
            receive(text).catch(() => connection.close(CloseCode.BadRequest, 'Invalid message received'));
          }),
      },
      extra,
    );
    connection.onClose((code, reason) => void closed(code, reason));
  };

  const sockets = webSockets({ protocol: GRAPHQL_TRANSPORT_WS_PROTOCOL, heartbeatMs });
  let isClosing = false;
  return {
    upgrade(request, stream, head) {
      if (isForeign(request, origins)) return refuseUpgrade(stream, 403);
      const { socket, headers } = request;
      const identify = isClosing ? undefined : admit(socket);
      if (!identify) return refuseUpgrade(stream, 503);
      sockets.accept({ request, stream, head }, (connection) =>
        open(connection, { connection, caller: { socket, headers }, identify }),
      );
    },
    close() {
      isClosing = true;
      return sockets.close();
    },
    count: sockets.count,
  };
}
