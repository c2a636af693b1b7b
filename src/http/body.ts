import type { IncomingMessage } from 'node:http';
import { InvalidInput, Refusal } from '../errors.ts';

/** Bytes that a request may send, on any face. */
export const MAX_BODY = 64 * 1024;

/** Whether a request says itself that it sends more than it may. */
export const announcesTooMuch = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > MAX_BODY;

/**
 * A request's body as text. Throws PAYLOAD_TOO_LARGE before more than the limit is held, announced or not
 * (chunked); INVALID_INPUT if it is not UTF-8.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (announcesTooMuch(request)) throw tooLarge();
  if (isEncoded(request.headers['content-encoding'])) throw encoded();
  const bytes = await collect(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInput([{ param: 'body', message: 'must be UTF-8' }]);
  }
}

/** Whether a `Content-Encoding` lists anything but `identity`, in whichever case (RFC 9110, section 8.4.1). */
const isEncoded = (codings = ''): boolean => codings.split(',').some((coding) => !NO_CODING.test(coding));

const NO_CODING = /^\s*(?:identity)?\s*$/i;

// Listeners, not `for await`: leaving an async iterator early destroys the socket before the 413 is written.
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= MAX_BODY) return;
      request.off('data', take);
      request.pause();
      reject(tooLarge());
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => reject(new ClientGone()));
  });
}

/** The caller hung up while it was still sending: nobody is left to answer. */
export class ClientGone extends Error {}

const encoded = () =>
  new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body without a Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });

const tooLarge = () =>
  new Refusal('PAYLOAD_TOO_LARGE', `A body may have up to ${MAX_BODY.toLocaleString('en')} bytes.`);
