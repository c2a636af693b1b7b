import type { OutgoingHttpHeaders } from 'node:http';
import { charged } from '../fairness/loop-time.ts';
import { untilDrained } from './drained.ts';
import type { Exchange } from './exchange.ts';
import { writeHead } from './respond.ts';
import { discardBody, isSendingBody } from './unread-body.ts';
import { PATIENCE_MS } from './unsent.ts';

/** Max bytes that are kept for a client that sends before it reads. */
const MAX_KEPT = 8 * 1024 * 1024;

/** The body of an answer of any length. */
export interface Pieces {
  /** Each text is sent as soon as the client has taken the previous ones. */
  texts: AsyncIterable<string>;
  /** Called once, when no more texts are read, even if none was. It must end the texts. */
  close(): unknown;
}

/**
 * Sends an answer piece by piece. Its head is sent with the first piece. The answer can begin while the body of the request is still
 * arriving. The request gives up its place. Rejects if the texts reject. If that was the first of them,
 * nothing was sent. If it was a later one, the caller has to close the connection, so that the client does not mistake a part for the whole.
 */
export async function respondInPieces(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  { texts, close }: Pieces,
): Promise<void> {
  const { request, response, loop, place } = exchange;
  place?.leave();
  try {
    const pieces = texts[Symbol.asyncIterator]();
    const read = () => (request.method === 'HEAD' || response.destroyed ? NO_MORE : pieces.next());
    let next = await read();
    writeHead(exchange, status, headers);
    for (; !next.done; next = await read()) {
      const { value } = next;
      charged(loop, () => response.write(value));
      loop?.chargeAnswer(value.length);
      await untilTaken(exchange);
    }
    if (response.destroyed) return;
    if (isSendingBody(request)) discardBody(request);
    response.end();
    exchange.onAnswered(exchange);
  } finally {
    await close();
  }
}

const NO_MORE = { done: true, value: undefined } as const;

/**
 * Waits until the client has taken what was written. Many clients read nothing until they have sent everything, so those that are
 * still sending are only waited for if much is kept for them.
 */
async function untilTaken({ request, response }: Pick<Exchange, 'request' | 'response'>): Promise<void> {
  const isDue = isSendingBody(request) ? response.writableLength > MAX_KEPT : response.writableNeedDrain;
  if (!isDue) return;
  response.setTimeout(PATIENCE_MS); // Node then closes the connection
  await untilDrained(response);
  response.setTimeout(0);
}
