import type { IncomingMessage } from 'node:http';
import { InvalidInput, Refusal } from '../errors.ts';

/** The most bytes that a request may send, on any face. */
export const LARGEST_BODY = 64 * 1024;

/** Whether a request says itself that it sends more than it may. */
export const announcesTooMuch = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > LARGEST_BODY;

/**
 * A request's body as text. Throws PAYLOAD_TOO_LARGE before more than the limit is held, announced or not
 * (chunked); INVALID_INPUT if it is not UTF-8.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (announcesTooMuch(request)) throw tooLarge();
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without a Content-Encoding.');
  }
  const bytes = await collect(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInput([{ param: 'body', message: 'must be UTF-8' }]);
  }
}

// Listeners, not `for await`: leaving an async iterator early destroys the socket before the 413 is written.
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_BODY) chunks.push(chunk);
      else {
        chunks.length = 0;
        request.pause();
        reject(tooLarge());
      }
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => reject(new ClientGone()));
  });
}

/** The caller hung up while it was still sending: nobody is left to answer. */
export class ClientGone extends Error {}

const tooLarge = () =>
  new Refusal('PAYLOAD_TOO_LARGE', `A body may have ${LARGEST_BODY.toLocaleString('en')} bytes at most.`);
