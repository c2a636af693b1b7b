import { asBig, looped } from '../loop.ts';

/** Eight callers that request full pages: ten pages of up to a hundred segments in each request. */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, __, signal) => {
  const pages = Array.from(
    { length: 10 },
    (_, i) => `p${i}: segments(first: ${100 - i}) { nodes { id name criteria description } }`,
  );
  return by.graphql(`{ ${pages.join(' ')} }`, {}, signal);
});
