import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Observe } from '../../observation.ts';

/** What the handlers of the protocol know of a connection. */
export interface Extra {
  socket: WebSocket;
  request: IncomingMessage;
}

/** Milliseconds between two pings. A client that has not answered one by the next is cut off. */
const PING_MS = 12_000;

/**
 * Connects a WebSocket to the protocol. The adapter of graphql-ws writes errors to the console, also those that a client causes, such
 * as a message that is too large.
 */
export function openConnection(
  protocol: Server<Extra>,
  { socket, request, observe }: Extra & { observe: Observe },
): void {
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Settles when the operating system has taken the message: until then, no further result is executed.
      send: (data) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) return resolve();
          socket.send(data, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (receive) =>
        socket.on('message', async (data) => {
          try {
            await receive(String(data));
          } catch (error) {
            if (socket.readyState !== socket.OPEN) return;
            observe({ kind: 'fault', error });
            socket.close(CloseCode.InternalServerError, 'Internal error.');
          }
        }),
    },
    { socket, request },
  );

  let isAlive = true;
  const pinging = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PING_MS).unref();
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('error', () => {}); // the close follows
  socket.once('close', (code, reason) => {
    clearInterval(pinging);
    void closed(code, String(reason));
  });
}
