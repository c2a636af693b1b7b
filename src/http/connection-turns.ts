import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { shares } from '../fairness/shares.ts';

/** How many requests may wait behind another one of their connection: some 5 KB of memory each. */
const MAX_WAITING = { total: 8_192, each: 1_000 };

/**
 * Lets the requests of a connection begin one after the other: each begins once the system has taken the previous answer. So
 * a caller that sends many requests and reads no answer holds the memory of one answer and of requests that have not begun.
 * A connection with too many waiting requests is closed. If too many wait in all, the connection with the most is closed. A
 * server may answer requests of one connection concurrently only if all of their methods are safe (RFC 9112, section 9.3.2).
 */
export function connectionTurns() {
  const waiting = shares<Socket>(MAX_WAITING);
  const watched = new WeakSet<Socket>();

  function closeLongest(): void {
    const longest = waiting.largest();
    if (!longest) return;
    waiting.giveBackAll(longest);
    longest.destroy();
  }

  function isLetWait(socket: Socket): boolean {
    if (waiting.isFull()) closeLongest();
    if (!waiting.take(socket)) return false;
    if (watched.has(socket)) return true;
    watched.add(socket);
    socket.once('close', () => waiting.giveBackAll(socket));
    return true;
  }

  return (socket: Socket, response: ServerResponse, begin: () => void): void => {
    // Node gives a response its socket when the one before it is finished.
    if (response.socket) {
      begin();
    } else if (isLetWait(socket)) {
      response.once('socket', () => {
        waiting.giveBack(socket);
        begin();
      });
    } else {
      socket.destroy();
    }
  };
}
