import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { askForBody, ClientGone } from './body.ts';
import { answerTooLate } from './client-error.ts';
import type { Exchange } from './exchange.ts';
import { extendBody } from './long-body.ts';

/** Max bytes of a piece. Thousands of short lines would occupy the event loop for too long. */
const MAX_PIECE = 16 * 1024;
/** How long the sender can pause. */
const PAUSE_MS = 30_000;

const EVENTS = ['readable', 'end', 'error', 'close'];

/**
 * Reads a body of any length in pieces, each in a turn of its own of the event loop. The sender is only read as fast as the pieces are
 * used. Throws ClientGone if the body breaks off, or pauses for too long; UNSUPPORTED_MEDIA_TYPE if it has a content encoding.
 */
// Listeners, not the iterator of the request: leaving that early destroys the socket before the answer is written.
export async function* bodyPieces(exchange: Exchange, pauseMs = PAUSE_MS): AsyncGenerator<Buffer> {
  const { request } = exchange;
  askForBody(exchange);
  const endExtension = extendBody(request);
  const arrival = arrivals(request, pauseMs);
  try {
    while (!request.readableEnded) {
      const bytes: Buffer | null = request.read();
      if (bytes) yield* piecesOf(bytes);
      else if (request.destroyed && !request.readableEnded) throw new ClientGone();
      else if (!(await arrival.next())) {
        endExtension();
        answerTooLate(request.socket);
        throw new ClientGone();
      }
    }
    if (!request.complete) throw new ClientGone();
  } finally {
    arrival.stop();
    endExtension();
  }
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += MAX_PIECE) {
    yield bytes.subarray(start, start + MAX_PIECE);
    await nextTurn();
  }
}

/** Waits until something happens to the body of a request. */
function arrivals(request: IncomingMessage, pauseMs: number) {
  let wake = () => {};
  const notice = () => wake();
  for (const event of EVENTS) request.on(event, notice);
  return {
    /** Returns false if nothing happened for too long. */
    next: () =>
      new Promise<boolean>((resolve) => {
        const timer = setTimeout(resolve, pauseMs, false);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
    stop() {
      for (const event of EVENTS) request.off(event, notice);
    },
  };
}
