import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { CloseCode, type ConnectionInitMessage, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { Refusal } from '../../errors/refusals.ts';
import { isForeign, refuseUpgrade } from '../../http/upgrade.ts';
import { parseSome } from '../limits/guard.ts';
import { given } from './params.ts';
import { type Extra, openConnection } from './socket-connection.ts';
import { type Operation, type Perform, type SocketCaller, socketOperations } from './socket-operation.ts';

/** Serves GraphQL over WebSocket. */
export interface WebSockets {
  /** Takes over the connection of a request that asks for the protocol. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all connections, so that clients resume at another gateway. */
  close(): void;
}

interface Options extends SocketCaller {
  schema: GraphQLSchema;
  /** The origins, besides that of the gateway itself, whose pages can connect. */
  origins: ReadonlySet<string>;
}

/** Max bytes of a message. */
const MAX_MESSAGE = 64 * 1024;
/** How long a client has to send its `connection_init`, which can contain the token. */
const INIT_MS = 3_000;
/** Max operations of a connection at the same time. */
const MAX_OPERATIONS = 100;
/** The close code of a server that goes away (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
/** Max bytes of the reason of a close frame (RFC 6455, section 5.5). */
const MAX_REASON = 123;

/**
 * Serves the protocol graphql-transport-ws. The token is in the `Authorization` header of the request, or in `authorization` of the
 * `connection_init`. Each operation passes the same checks as over HTTP. The next result is executed only when the socket has
 * taken the one before it, so a slow reader costs no memory.
 */
export function webSockets({ schema, origins, ...caller }: Options): WebSockets {
  const { identify, perform } = socketOperations(caller);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: (protocols) =>
      protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });

  const protocol = makeServer<ConnectionInitMessage['payload'], Extra>({
    connectionInitWaitTimeout: INIT_MS,
    async onConnect({ connectionParams, extra: { request, socket } }) {
      const given = connectionParams?.authorization;
      if (typeof given === 'string') request.headers.authorization ??= given;
      try {
        if (await identify(request)) return true;
        socket.close(CloseCode.Unauthorized, 'Send a valid token as `authorization`.');
      } catch (error) {
        const reason = error instanceof Refusal ? error.message : 'Internal error.';
        socket.close(CloseCode.InternalServerError, reason.slice(0, MAX_REASON));
      }
      return false;
    },
    onSubscribe({ subscriptions, extra: { request } }, _id, payload) {
      if (Object.keys(subscriptions).length > MAX_OPERATIONS) return [TOO_MANY];
      try {
        // Only tells subscriptions from other operations. The engine reads and checks the document itself.
        const document = parseSome(payload.query);
        const contextValue: Operation = { request, params: given({ ...payload }) };
        return { schema, document, operationName: payload.operationName, contextValue };
      } catch (error) {
        return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be parsed.')];
      }
    },
    execute: ({ contextValue }) => performed(perform, contextValue),
    subscribe: ({ contextValue }) => performed(perform, contextValue),
  });

  return {
    upgrade(request, stream, head) {
      if (isForeign(request, origins)) return refuseUpgrade(stream, 403);
      server.handleUpgrade(request, stream, head, (socket) =>
        openConnection(protocol, { socket, request, observe: caller.observe }),
      );
    },
    close() {
      for (const client of server.clients) client.close(GOING_AWAY, 'The gateway is stopping.');
    },
  };
}

/** `onSubscribe` put the operation there. */
const performed = (perform: Perform, contextValue: unknown) => perform(contextValue as Operation);

const TOO_MANY = new GraphQLError(
  `A connection can have at most ${MAX_OPERATIONS} operations at the same time.`,
  {
    extensions: { code: 'RATE_LIMITED' },
  },
);
