import type { ExecutionResult } from 'graphql';
import { eventText, respondWithEvents } from '../../http/event-stream.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { Subscribed } from '../engine/subscription.ts';
import { shown } from './answer.ts';

/**
 * Writes the results of an operation as Server-Sent Events, as the protocol "GraphQL over SSE" says for one operation per connection.
 * `ending` aborts when the gateway stops.
 */
export const writeResults = (
  exchange: Exchange,
  { results, close }: Subscribed,
  ending: AbortSignal,
): Promise<void> => respondWithEvents(exchange, messagesOf(results), { signal: ending, onEnd: close });

/** The single result of a query or a mutation, for a caller that accepts nothing but a stream. */
export const asStream = (result: ExecutionResult): Subscribed => ({ results: once(result), close() {} });

async function* once(result: ExecutionResult) {
  yield result;
}

async function* messagesOf(results: AsyncIterable<ExecutionResult>): AsyncGenerator<string> {
  for await (const { data, errors, extensions } of results) {
    yield eventText({
      event: 'next',
      data: JSON.stringify({ data, errors: errors?.map(shown), extensions }),
    });
  }
  yield eventText({ event: 'complete', data: '' });
}
