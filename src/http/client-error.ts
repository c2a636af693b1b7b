import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isEnding } from './unread-body.ts';

/** What Node tells of a request that it could not read. */
interface ClientError extends Error {
  code?: string;
  bytesParsed?: number;
  rawPacket?: Buffer;
}

/** How long the rest of such a request is read, so that its sender gets the answer before the connection ends. */
const LINGER_MS = 3_000;

/** The statuses that Node gives by itself, which it leaves to whoever listens. */
const STATUS = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/**
 * Answers a request that could not be read, and ends its connection: 414 where the target is too long (RFC 9110, section
 * 15.5.15), which Node takes for headers that are too large; otherwise as Node does. Nothing is written where an answer
 * has begun: it would become part of it.
 */
export function answerClientError(error: ClientError, socket: Socket): void {
  if (isEnding(socket) || socket.destroyed || isBeingAnswered(socket)) {
    socket.destroy(error);
    return;
  }
  if (!socket.writable) return; // it was answered: what else comes is thrown away
  const pending = answerOf(socket);
  if (pending?.req?.complete) {
    // A whole request came before what cannot be read, and is still worked on: its answer is the last one.
    pending.shouldKeepAlive = false;
    return;
  }
  socket.end(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}

function statusOf(error: ClientError): string {
  if (error.code === 'HPE_HEADER_OVERFLOW' && isInTarget(error)) return '414 URI Too Long';
  return STATUS.get(error.code ?? '') ?? '400 Bad Request';
}

/**
 * Whether reading stopped in the request line: right before its version, or in a packet that begins with it and has no
 * other line. A target that came in several packets may not be told from a header: that is a 431, as without this.
 */
function isInTarget({ rawPacket = Buffer.alloc(0), bytesParsed = 0 }: ClientError): boolean {
  const read = rawPacket.toString('latin1', 0, bytesParsed);
  const next = rawPacket.toString('latin1', bytesParsed, bytesParsed + 6);
  return next === ' HTTP/' || /^[A-Z]+ [^ \r\n]+$/.test(read);
}

/** Node keeps the answer that is being written here, and has no public name for it. */
interface Answering {
  _httpMessage?: ServerResponse | null;
}

const answerOf = (socket: Socket) => (socket as Answering)._httpMessage;
const isBeingAnswered = (socket: Socket): boolean => answerOf(socket)?.headersSent ?? false;
