import { asBig, looped } from '../loop.ts';

/** Counts of all that the account has. */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, __, signal) =>
  by.graphql('{ segments(first: 1) { totalCount } }', {}, signal),
);
