import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many bytes of an unwanted body are read. The connection of a sender that sends more is closed. */
const MAX_BYTES = 32 * 1024 * 1024;
/** How long the sender may pause before our side of the connection is closed. */
const MAX_PAUSE_MS = 3_000;

/** Connections that end with the answer they got, once the rest of their request has arrived. */
const ending = new WeakSet<Duplex>();

/** Whether a connection has had its last answer. What else arrives on it means nothing (RFC 9112, section 9.6). */
export const isEnding = (socket: Duplex): boolean => ending.has(socket);

/** Whether a request has a body that did not arrive whole yet. */
export const isSendingBody = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined);

/**
 * Reads the rest of a body and throws it away, for an answer that was given without it and ends the connection. A
 * connection that is closed with unread data is reset by the system, and the reset can reach the client before the
 * answer does (RFC 9112, section 9.6). So the connection stays open until the body was read, its sender has sent 32 MB, or
 * the server's `requestTimeout` ends. After a pause of three seconds it is closed in one direction, for senders that wait
 * for that.
 */
export function discardBody(request: IncomingMessage): void {
  const { socket } = request;
  ending.add(socket);
  let left = MAX_BYTES;
  request.on('data', ({ length }: Buffer) => {
    left -= length;
    if (left < 0) socket.destroy();
  });
  request.setTimeout(MAX_PAUSE_MS, () => socket.end());
  // Node closes a connection by this method, as soon as its last answer is written.
  const close = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) close();
    else request.once('end', close);
  };
  request.resume(); // whoever refused the body may have paused it
}
