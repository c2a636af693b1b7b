import { asBig, looped } from '../loop.ts';

/** Eight callers of full pages: a hundred segments each, ten times in a request. */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, __, signal) => {
  const pages = Array.from(
    { length: 10 },
    (_, i) => `p${i}: segments(first: ${100 - i}) { nodes { id name criteria description } }`,
  );
  return by.graphql(`{ ${pages.join(' ')} }`, {}, signal);
});
