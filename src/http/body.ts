import type { IncomingMessage } from 'node:http';
import { InvalidInput } from '../errors/invalid-input.ts';
import { Refusal } from '../errors/refusals.ts';
import type { Exchange } from './exchange.ts';
import { isSendingBody } from './unread-body.ts';

/** Max bytes of a request's body, unless its reader accepts a longer one. */
export const MAX_BODY = 64 * 1024;

/**
 * Reads the body of a request as text. Sends `100 Continue` if the caller expects it. The request holds no place while its
 * body arrives. Throws PAYLOAD_TOO_LARGE as soon as the body exceeds the limit, even if its length was not announced;
 * UNSUPPORTED_MEDIA_TYPE if it has a content encoding; INVALID_INPUT if it is not UTF-8. Only a body that announces its length
 * can have more than 64 KiB, because it counts as several others while it arrives.
 */
export async function readBody(
  { request, response, place }: Exchange,
  { maxBytes = MAX_BODY } = {},
): Promise<string> {
  const announced = request.headers['content-length'];
  const max = announced === undefined ? MAX_BODY : maxBytes;
  if (Number(announced ?? 0) > max) throw tooLarge(max);
  const isArriving = askForBody({ request, response });
  const size = Math.max(1, Math.ceil(Number(announced ?? 0) / MAX_BODY));
  const bytes = await (isArriving && place
    ? place.during(() => collect(request, max), size)
    : collect(request, max));
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new InvalidInput([{ param: 'body', message: 'must be UTF-8' }]);
  }
}

/**
 * Sends `100 Continue` if the caller expects it. Returns whether the body has not arrived completely. Throws UNSUPPORTED_MEDIA_TYPE if it
 * has a content encoding.
 */
export function askForBody({ request, response }: Pick<Exchange, 'request' | 'response'>): boolean {
  if (isEncoded(request.headers['content-encoding'])) throw encoded();
  const isArriving = isSendingBody(request);
  if (isArriving && expectsContinue(request)) response.writeContinue();
  return isArriving;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the caller waits for `100 Continue`, which HTTP/1.0 does not have (RFC 9110, section 10.1.1). */
const expectsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion === '1.1';

/** Whether a `Content-Encoding` lists anything but `identity`, ignoring case (RFC 9110, section 8.4.1). */
const isEncoded = (codings = ''): boolean =>
  codings.split(',').some((coding) => !NO_CODING.has(coding.trim().toLowerCase()));

const NO_CODING: ReadonlySet<string> = new Set(['', 'identity']);

/**
 * Reads the bytes of a body. Copies the chunks into one buffer as they arrive, because each chunk occupies more memory than
 * its contents, and a caller can send single bytes.
 */
// Listeners, not `for await`: leaving an async iterator early destroys the socket before the 413 is written.
function collect(request: IncomingMessage, max: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The sender has closed the connection, so there will be no more events.
    if (request.destroyed) return reject(new ClientGone());
    let bytes: Buffer = NOTHING;
    let size = 0;
    const take = (chunk: Buffer) => {
      const before = size;
      size += chunk.length;
      if (size > max) {
        request.off('data', take);
        request.pause();
        return reject(tooLarge(max));
      }
      if (before === 0) {
        bytes = chunk;
        return;
      }
      if (size > bytes.length) bytes = roomier(bytes, before, size, max);
      bytes.set(chunk, before);
    };
    request.on('data', take);
    request.once('end', () => resolve(size === bytes.length ? bytes : bytes.subarray(0, size)));
    request.once('error', () => reject(new ClientGone()));
  });
}

const NOTHING = Buffer.alloc(0);

/** Copies the filled bytes to a larger buffer: of twice the size that is needed, up to the limit. */
function roomier(bytes: Buffer, filled: number, size: number, max: number): Buffer {
  const more = Buffer.allocUnsafe(Math.min(max, Math.max(2 * size, 1_024)));
  more.set(bytes.subarray(0, filled));
  return more;
}

/** The caller closed the connection before its body was read, so there is nobody to answer. */
export class ClientGone extends Error {}

/** Whether an error means that the caller is gone. A resolver that reads a body treats the break as a fault. */
export const isClientGone = (error: unknown): boolean =>
  error instanceof ClientGone || (error instanceof Error && error.cause instanceof ClientGone);

const encoded = () =>
  new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding is not supported. Send the body without it.', {
    headers: { 'accept-encoding': 'identity' },
  });

const tooLarge = (max: number) =>
  new Refusal('PAYLOAD_TOO_LARGE', `A request body can have at most ${max.toLocaleString('en')} bytes.`);
