import { asBig, looped } from '../loop.ts';

const ids = Array.from({ length: 1_000 }, (_, i) => `Repetitive${String((i % 300) + 1).padStart(6, '0')}`);
const names = Array.from({ length: 40 }, (_, i) => `c${i}: criteria`);

/** Requests of 20 KB for 200 MB: a thousand segments, each with its longest text under forty aliases. */
export const abuse = looped({ callers: 2, as: asBig }, (by, _, __, signal) =>
  by.graphql(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Segment { ${names.join(' ')} } } }`,
    { ids },
    signal,
  ),
);
