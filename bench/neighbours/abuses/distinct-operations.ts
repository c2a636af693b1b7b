import { looped } from '../loop.ts';

/** Operations of 1 KB, each another, each sent three times, so that whatever is learned from repetition is. */
export const abuse = looped({ callers: 4 }, (by, _, n, signal) => {
  const fields = Array.from({ length: 40 }, (_, i) => `a${Math.floor(n / 3)}_${i}: __typename`);
  return by.graphql(`query q${Math.floor(n / 3)} { ${fields.join(' ')} }`, {}, signal);
});
