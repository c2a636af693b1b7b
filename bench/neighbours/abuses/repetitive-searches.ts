import { asBig, looped } from '../loop.ts';

/** Searches whose pattern almost matches at every position of a repetitive text. */
export const abuse = looped({ callers: 4, as: asBig }, (by, _, __, signal) =>
  by.graphql(
    'query ($c: String!) { segments(filter: { name: { eq: "Repetitive" }, criteria: { contains: $c } }) { nodes { id } } }',
    { c: `${'ab'.repeat(127)}b` },
    signal,
  ),
);
