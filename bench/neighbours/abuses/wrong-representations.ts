import { asBig, looped } from '../loop.ts';

const representations = Array.from({ length: 10_000 }, () => 1);

/** Representations that are not of any entity. */
export const abuse = looped({ callers: 4, as: asBig }, (by, _, __, signal) =>
  by.graphql(
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    { r: representations },
    signal,
  ),
);
