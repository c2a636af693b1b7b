import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { untilDrained } from './drained.ts';

/** An open WebSocket. */
export interface Connection {
  /** The protocol that was agreed on; empty if the client did not offer it. */
  protocol: string;
  /** Sends a message. If the client reads slowly, the promise settles once the socket has taken everything. */
  send(text: string): Promise<void> | undefined;
  close(code: number, reason: string): void;
  /** Sets the only listener for messages. */
  onMessage(listener: (text: string) => void): void;
  onClose(listener: (code: number, reason: string) => void): void;
}

interface Options {
  protocol: string;
  /** Milliseconds between two pings. A client that has not answered one before the next is cut off. */
  heartbeatMs?: number | undefined;
}

/** A request that asks for a WebSocket, as Node passes it. */
interface Upgrade {
  request: IncomingMessage;
  stream: Duplex;
  head: Buffer;
}

/** Serves WebSockets. */
export interface WebSockets {
  /** Takes over the connection of a request. A malformed request is answered with 400. */
  accept(upgrade: Upgrade, onOpen: (connection: Connection) => void): void;
  /** Closes all connections, so that clients connect to another gateway. Does not wait for clients that do not answer. */
  close(): Promise<void>;
  count(): number;
}

/** Max bytes of a message. */
const MAX_MESSAGE = 64 * 1024;
const HEARTBEAT_MS = 12_000;
/** How long a client has to answer a close frame. */
const CLOSE_MS = 1_000;
/** Max bytes of the reason of a close frame (RFC 6455, section 5.5). */
const MAX_REASON = 123;
/** Close codes (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;

/**
 * Serves WebSockets for text messages. While a client does not read its messages, the gateway does not read from it either, so it
 * cannot make the gateway buffer answers without limit. `ws` answers pings, and disconnects a client that sends many pings and does
 * not read the answers.
 */
export function webSockets({ protocol, heartbeatMs = HEARTBEAT_MS }: Options): WebSockets {
  const server = new WebSocketServer({
    ...{ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false, closeTimeout: CLOSE_MS },
    handleProtocols: (offered) => offered.has(protocol) && protocol,
  });
  return {
    accept({ request, stream, head }, onOpen) {
      server.handleUpgrade(request, stream, head, (client) => {
        client.on('error', () => {}); // a violation of the protocol: `ws` closes the connection with its code
        pingEvery(client, heartbeatMs);
        onOpen(connectionOf(client, stream));
      });
    },
    async close() {
      await nextTurn(); // messages that end a stream go first
      for (const client of server.clients) client.close(GOING_AWAY, 'The gateway is stopping.');
    },
    count: () => server.clients.size,
  };
}

function connectionOf(client: WebSocket, stream: Duplex): Connection {
  let draining: Promise<void> | undefined;

  /** Reads nothing until the socket has taken what was sent. */
  const untilTaken = (): Promise<void> | undefined => {
    if (!stream.writableNeedDrain || stream.destroyed) return undefined;
    if (!draining) {
      client.pause();
      draining = untilDrained(stream).then(() => {
        draining = undefined;
        client.resume();
      });
    }
    return draining;
  };

  return {
    protocol: client.protocol,
    send(text) {
      if (client.readyState !== client.OPEN) return undefined;
      client.send(text);
      return untilTaken();
    },
    close: (code, reason) => client.close(code, Buffer.from(reason).toString('utf8', 0, MAX_REASON)),
    onMessage(listener) {
      client.on('message', (data, isBinary) => {
        if (client.readyState !== client.OPEN) return;
        if (isBinary) return client.close(UNSUPPORTED_DATA, 'Send text messages.');
        untilTaken();
        listener(String(data));
      });
    },
    onClose: (listener) => void client.on('close', (code, reason) => listener(code, String(reason))),
  };
}

function pingEvery(client: WebSocket, milliseconds: number): void {
  let isAlive = true;
  client.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, milliseconds).unref();
  client.once('close', () => clearInterval(timer));
}
