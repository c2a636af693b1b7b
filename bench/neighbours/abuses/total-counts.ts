import { asBig, looped } from '../loop.ts';

/** Counts of all segments of the account. */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, __, signal) =>
  by.graphql('{ segments(first: 1) { totalCount } }', {}, signal),
);
