import { looped } from '../loop.ts';

/** A header that takes long to parse with a careless regular expression. */
export const abuse = looped({ callers: 8 }, (by, _, __, signal) =>
  by.send(
    {
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': `application/json;${' '.repeat(15_000)}x` },
      body: '{}',
    },
    signal,
  ),
);
