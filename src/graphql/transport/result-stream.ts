import type { ExecutionResult } from 'graphql';
import { respondWithEvents } from '../../http/event-stream.ts';
import { type Exchange, noteCodes } from '../../http/exchange.ts';
import { errorCodesOf } from '../engine/error-codes.ts';
import type { Subscribed } from '../engine/subscription.ts';
import { COMPLETE } from './result-event.ts';
import { resultEvent } from './result-text.ts';

interface Options {
  /** Aborts when the gateway stops. */
  ending: AbortSignal;
  heartbeatMs?: number | undefined;
}

/** Writes the results of a subscription as Server-Sent Events. */
export const writeResults = (
  exchange: Exchange,
  { results, close }: Subscribed,
  { ending, heartbeatMs }: Options,
): Promise<void> =>
  respondWithEvents(exchange, messagesOf(results, exchange), { signal: ending, heartbeatMs, onEnd: close });

async function* messagesOf(
  results: AsyncIterable<ExecutionResult>,
  exchange: Exchange,
): AsyncGenerator<string> {
  for await (const result of results) {
    noteCodes(exchange, errorCodesOf(result));
    yield resultEvent(result);
  }
  yield COMPLETE;
}
