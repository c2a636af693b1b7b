import type { Context } from '../context.ts';
import { Unavailable } from '../errors/refusals.ts';
import { charged } from '../fairness/loop-time.ts';
import { isClientGone } from '../http/body.ts';
import { observeCause, shownOf } from '../resolver.ts';
import type { LineResult, SegmentImport, Summary } from '../segments/import/file-line.ts';
import { problem } from './problem.ts';

/**
 * Returns the lines of the answer to an import: the results, then the summary. A refusal after the first results can no longer have a
 * status, so it is a part of the summary. Before that, it is thrown.
 */
export async function* importResults(
  { results, summary }: SegmentImport,
  context: Context,
): AsyncGenerator<string> {
  const { requestId, loop, refused, streams } = context;
  let isBegun = false;
  try {
    for await (const some of results) {
      if (some.length === 0) continue;
      for (const code of new Set(some.flatMap(codesOf))) refused?.(code);
      yield charged(loop, () => some.map(lineOf).join(''));
      isBegun = true;
      if (streams.ending.aborted) throw stopping();
    }
  } catch (error) {
    if (!isBegun || isClientGone(error)) throw error;
    const refusal = shownOf(error, requestId);
    observeCause(refusal, context);
    refused?.(refusal.code);
    yield lineOf({ ...summary(), complete: false, problem: problem(refusal, requestId).body });
    return;
  }
  yield lineOf(summary());
}

const codesOf = (result: LineResult) => (result.status === 'failed' ? [result.code] : []);

const lineOf = (line: LineResult | (Summary & { problem?: unknown })): string => `${JSON.stringify(line)}\n`;

const stopping = () =>
  new Unavailable('not_applied', {
    message:
      'The gateway is stopping. Lines without a result were not imported. If the import has an idempotency key, send the whole file again with it.',
  });
