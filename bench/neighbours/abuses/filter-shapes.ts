import { asBig, looped } from '../loop.ts';

const LISTS = 50;
const EARLY = '2001-01-01T00:00:00Z';
const LATE = '2101-01-01T00:00:00Z';

/** A filter of the n-th shape. All of them search, and none matches anything. */
function filterOf(n: number, searched: string): object {
  const has = (bit: number) => (n & bit) !== 0;
  return {
    criteria: { contains: searched },
    name: { ...(has(1) && { contains: 'segment' }), ...(has(2) && { in: ['Segment 1', 'Segment 2'] }) },
    createdAt: { ...(has(4) && { gte: EARLY }), ...(has(8) && { lt: LATE }) },
    updatedAt: { ...(has(16) && { gte: EARLY }), ...(has(32) && { lt: LATE }) },
  };
}

const numbers = Array.from({ length: LISTS }, (_, i) => i);
const variables = numbers.map((i) => `$f${i}: SegmentFilter`).join(', ');
const lists = numbers.map((i) => `a${i}: segments(first: 10, filter: $f${i}) { nodes { id } }`).join(' ');

/** One request of 8 KB per second: fifty lists, each with a filter of a different shape. */
export const abuse = looped({ callers: 1, as: asBig, pauseMs: 1_000 }, (by, _, n, signal) => {
  const filters = numbers.map((i) => [`f${i}`, filterOf(i, `nothing ${n}`)]);
  return by.graphql(`query (${variables}) { ${lists} }`, Object.fromEntries(filters), signal);
});
