import type { z } from 'zod';
import { catalogue } from '../../errors/catalogue.ts';
import { Refusal, Unavailable } from '../../errors/refusals.ts';
import { checkedInput, shownOf } from '../../resolver.ts';
import type { Segment } from '../segment.ts';

/** What an entry came to: its segment, or why it was not applied. */
export type Result = Segment | Refusal;

/**
 * Checks and applies each entry by itself, all of them at the same time, so that the store can combine them. Returns their results
 * in the order of the entries. If all fail because the gateway cannot apply any entry at present, throws the refusal instead.
 */
export async function eachAlone<Entry extends z.ZodType>(
  entry: Entry,
  entries: readonly unknown[],
  requestId: string,
  apply: (entry: z.output<Entry>, place: number) => Promise<Segment>,
): Promise<Result[]> {
  const resultOf = async (given: unknown, place: number): Promise<Result> => {
    try {
      return await apply(checkedInput(entry, given, ['segments', place]), place);
    } catch (error) {
      return shownOf(error, requestId);
    }
  };
  const results = await Promise.all(entries.map(resultOf));
  const outages = results.filter(isOutage);
  const [first] = outages;
  if (first && outages.length === results.length) throw outages.find(isUnknown) ?? first;
  return results;
}

const isOutage = (result: Result): result is Refusal =>
  result instanceof Refusal && catalogue[result.code].status >= 500;

/** Whether an entry may have been applied. */
const isUnknown = (refusal: Refusal): boolean =>
  refusal instanceof Unavailable && refusal.outcome === 'unknown';
