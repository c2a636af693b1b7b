import { looped } from '../loop.ts';

/** Different operations of 1 KB. Each is sent three times, so that everything that is cached for repeated operations is cached. */
export const abuse = looped({ callers: 4 }, (by, _, n, signal) => {
  const fields = Array.from({ length: 40 }, (_, i) => `a${Math.floor(n / 3)}_${i}: __typename`);
  return by.graphql(`query q${Math.floor(n / 3)} { ${fields.join(' ')} }`, {}, signal);
});
