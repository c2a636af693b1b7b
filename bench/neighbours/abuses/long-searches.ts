import { asBig, looped } from '../loop.ts';

/** Searches through all segments of the account that find nothing, until the statement times out (57014). */
export const abuse = looped({ callers: 8, as: asBig }, (by, _, n, signal) =>
  by.graphql(
    `{ segments(filter: { criteria: { contains: "nothing ${n}" } }) { totalCount nodes { id } } }`,
    {},
    signal,
  ),
);
