import { looped } from '../loop.ts';

const FIELDS =
  'name fields { name args { name type { name } } type { name ofType { name ofType { name } } } }';

/** Requests for the schema, forty times in each, without a token. */
export const abuse = looped({ callers: 8 }, (by, _, n, signal) => {
  const aliases = Array.from({ length: 40 }, (_, i) => `a${n}_${i}: __schema { types { ${FIELDS} } }`);
  return by.graphql(`{ ${aliases.join(' ')} }`, {}, signal);
});
