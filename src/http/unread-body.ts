import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Max bytes of an unwanted body to read. If more arrive, the connection is closed. */
const MAX_BYTES = 32 * 1024 * 1024;
/** How long the sender can pause before our side of the connection is closed. */
const MAX_PAUSE_MS = 3_000;

/** Connections that have had their last answer and are closed when the rest of the request has arrived. */
const ending = new WeakSet<Duplex>();

/** Whether a connection has had its last answer. Further requests on it are ignored (RFC 9112, section 9.6). */
export const isEnding = (socket: Duplex): boolean => ending.has(socket);

/** Whether a request has a body that has not arrived completely. */
export const isSendingBody = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined);

/**
 * Reads and discards the rest of a body, for an answer that does not need it and ends the connection. If a connection is
 * closed with unread data, the system resets it, and the reset can reach the client before the answer does (RFC 9112,
 * section 9.6). So the connection stays open until the body has arrived, more than 32 MiB have arrived, or the
 * `requestTimeout` of the server expires. If the sender pauses for three seconds, our side is closed, for senders that wait
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
  // Node calls this method to close a connection as soon as its last answer is written.
  const close = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) close();
    else request.once('end', close);
  };
  request.resume(); // it may have been paused when the body was refused
}
