import { eventText, respondWithEvents } from '../http/event-stream.ts';
import { type Exchange, noteCodes } from '../http/exchange.ts';
import type { Observe } from '../observation.ts';
import { observeCause, shownOf } from '../resolver.ts';
import type { Stream } from './answer.ts';
import { problem } from './problem.ts';

interface Options {
  observe: Observe;
  heartbeatMs?: number | undefined;
}

/** Writes a stream. An error after its beginning can no longer have a status, so the problem is sent as the last event. */
export const writeStream = (
  exchange: Exchange,
  { messages, close, ...stream }: Stream,
  { observe, heartbeatMs }: Options,
): Promise<void> =>
  respondWithEvents(exchange, withProblem(messages, exchange, observe), {
    ...stream,
    heartbeatMs,
    onEnd: close,
  });

async function* withProblem(
  messages: AsyncIterable<string>,
  exchange: Exchange,
  observe: Observe,
): AsyncGenerator<string> {
  try {
    yield* messages;
  } catch (error) {
    const { requestId } = exchange;
    const refusal = shownOf(error, requestId);
    observeCause(refusal, { requestId, observe });
    noteCodes(exchange, [refusal.code]);
    yield eventText({ event: 'error', data: JSON.stringify(problem(refusal, requestId).body) });
  }
}
