import { looped } from '../loop.ts';

/** 64 KB of field names that are similar to those of the schema, without a token. */
export const abuse = looped({ callers: 4 }, (by, _, n, signal) => {
  const names = Array.from({ length: 950 }, (_, i) => `descriptio${'n'.repeat(48)}${n}x${i}`);
  return by.graphql(`{ segments { nodes { ${names.join(' ')} } } }`, {}, signal);
});
