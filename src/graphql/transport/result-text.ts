import type { ExecutionResult } from 'graphql';
import { shown } from './answer.ts';
import { nextEvent } from './result-event.ts';

/** The texts of results, which the engine shares between subscriptions. They last as long as the results. */
const texts = new WeakMap<ExecutionResult, string>();
const events = new WeakMap<ExecutionResult, string>();

/** Writes a result of a subscription as JSON. */
export const resultText = (result: ExecutionResult): string =>
  remember(texts, result, ({ data, errors, extensions }) =>
    JSON.stringify({ data, errors: errors?.map(shown), extensions }),
  );

/** Writes a result of a subscription as an event. */
export const resultEvent = (result: ExecutionResult): string =>
  remember(events, result, () => nextEvent(resultText(result)));

function remember(
  known: WeakMap<ExecutionResult, string>,
  result: ExecutionResult,
  textOf: (result: ExecutionResult) => string,
): string {
  let text = known.get(result);
  if (text === undefined) {
    text = textOf(result);
    known.set(result, text);
  }
  return text;
}
