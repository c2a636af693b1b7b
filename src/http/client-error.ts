import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isExtended } from './long-body.ts';
import { isEnding } from './unread-body.ts';

/** The error that Node reports for a request that it could not parse. */
interface ClientError extends Error {
  code?: string;
  bytesParsed?: number;
  rawPacket?: Buffer;
}

/** How long to read the rest of such a request, so that its sender gets the answer before the connection is closed. */
const LINGER_MS = 3_000;

const TOO_LATE = 'ERR_HTTP_REQUEST_TIMEOUT';

/** The statuses that Node would send by default. It sends none if there is a listener. */
const STATUS = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  [TOO_LATE, '408 Request Timeout'],
]);

/**
 * Answers a request that could not be parsed, and closes its connection. The status is the one that Node would send, except
 * that it is 414 if the target is too long (RFC 9110, section 15.5.15), which Node reports as headers that are too large.
 * Nothing is written while an answer is being sent, because it would become part of that answer.
 */
export function answerClientError(error: ClientError, socket: Socket): void {
  if (error.code === TOO_LATE && isExtended(socket)) return;
  if (isEnding(socket) || socket.destroyed || isBeingAnswered(socket)) {
    socket.destroy(error);
    return;
  }
  if (!socket.writable) return; // already answered: further data is discarded
  const pending = answerOf(socket);
  if (pending?.req?.complete) {
    // A complete request before this one is still being worked on. Its answer is the last of the connection.
    pending.shouldKeepAlive = false;
    return;
  }
  socket.end(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}

/** Answers a request whose body has paused for too long like one that has not arrived in time, and closes its connection. */
export function answerTooLate(socket: Socket): void {
  answerClientError(
    Object.assign(new Error('The body has paused for too long.'), { code: TOO_LATE }),
    socket,
  );
}

function statusOf(error: ClientError): string {
  if (error.code === 'HPE_HEADER_OVERFLOW' && isInTarget(error)) return '414 URI Too Long';
  return STATUS.get(error.code ?? '') ?? '400 Bad Request';
}

/**
 * Whether parsing stopped in the request line: right before the version, or in a packet that contains nothing else. A target
 * that arrives in several packets can look like a header. It is answered with 431, as Node does.
 */
function isInTarget({ rawPacket = Buffer.alloc(0), bytesParsed = 0 }: ClientError): boolean {
  const read = rawPacket.toString('latin1', 0, bytesParsed);
  const next = rawPacket.toString('latin1', bytesParsed, bytesParsed + 6);
  return next === ' HTTP/' || /^[A-Z]+ [^ \r\n]+$/.test(read);
}

/** The answer that is being written to a socket. Node has no public API for it. */
interface Answering {
  _httpMessage?: ServerResponse | null;
}

const answerOf = (socket: Socket) => (socket as Answering)._httpMessage;

/** Whether an answer to a request on this connection is not sent yet. */
export const isAnswerPending = (socket: Socket): boolean => Boolean(answerOf(socket));

const isBeingAnswered = (socket: Socket): boolean => answerOf(socket)?.headersSent ?? false;
