import { asBig, looped } from '../loop.ts';

/** Searches that find nothing in all that the account has, until their statement runs out of time (57014). */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, n, signal) =>
  by.graphql(
    `{ segments(filter: { criteria: { contains: "nothing ${n}" } }) { totalCount nodes { id } } }`,
    {},
    signal,
  ),
);
