import type { IncomingMessage } from 'node:http';
import { InvalidInput } from '../errors/invalid-input.ts';
import { Refusal } from '../errors/refusals.ts';
import type { Exchange } from './exchange.ts';
import { isSendingBody } from './unread-body.ts';

/** Bytes that a request may send, on any face. */
export const MAX_BODY = 64 * 1024;

/** Whether a request says itself that it sends more than it may. */
export const announcesTooMuch = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > MAX_BODY;

/**
 * A request's body as text. Tells a caller who asks first to send it (`Expect: 100-continue`), and holds no place while it
 * arrives. Throws PAYLOAD_TOO_LARGE before more than the limit is held, announced or not (chunked); INVALID_INPUT if it is
 * not UTF-8.
 */
export async function readBody({ request, response, place }: Exchange): Promise<string> {
  if (announcesTooMuch(request)) throw tooLarge();
  if (isEncoded(request.headers['content-encoding'])) throw encoded();
  const isArriving = isSendingBody(request);
  if (isArriving && asksFirst(request)) response.writeContinue();
  const bytes = await (isArriving && place ? place.during(() => collect(request)) : collect(request));
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new InvalidInput([{ param: 'body', message: 'must be UTF-8' }]);
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Whether a caller waits for `100 Continue`. HTTP/1.0 has no such answer (RFC 9110, section 10.1.1). */
const asksFirst = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion === '1.1';

/** Whether a `Content-Encoding` lists anything but `identity`, in whichever case (RFC 9110, section 8.4.1). */
const isEncoded = (codings = ''): boolean =>
  codings.split(',').some((coding) => !NO_CODING.has(coding.trim().toLowerCase()));

const NO_CODING: ReadonlySet<string> = new Set(['', 'identity']);

/**
 * The bytes of a body. They are gathered in one buffer: each of the chunks in which they arrive takes more memory than it
 * holds, and a caller may send them byte by byte.
 */
// Listeners, not `for await`: leaving an async iterator early destroys the socket before the 413 is written.
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One whose sender has left already emits nothing more.
    if (request.destroyed) return reject(new ClientGone());
    let bytes: Buffer = NOTHING;
    let size = 0;
    const take = (chunk: Buffer) => {
      const before = size;
      size += chunk.length;
      if (size > MAX_BODY) {
        request.off('data', take);
        request.pause();
        return reject(tooLarge());
      }
      if (before === 0) {
        bytes = chunk;
        return;
      }
      if (size > bytes.length) bytes = roomier(bytes, before, size);
      bytes.set(chunk, before);
    };
    request.on('data', take);
    request.once('end', () => resolve(size === bytes.length ? bytes : bytes.subarray(0, size)));
    request.once('error', () => reject(new ClientGone()));
  });
}

const NOTHING = Buffer.alloc(0);

/** A buffer of at least a size, with what was gathered, and room for as much again. */
function roomier(bytes: Buffer, filled: number, size: number): Buffer {
  const more = Buffer.allocUnsafe(Math.min(MAX_BODY, Math.max(2 * size, 1_024)));
  more.set(bytes.subarray(0, filled));
  return more;
}

/** The caller hung up before its body was read: nobody is left to answer. */
export class ClientGone extends Error {}

const encoded = () =>
  new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body without a Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });

const tooLarge = () =>
  new Refusal('PAYLOAD_TOO_LARGE', `A body can have up to ${MAX_BODY.toLocaleString('en')} bytes.`);
