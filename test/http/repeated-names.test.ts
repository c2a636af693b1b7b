import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparedNames, repeatedNames } from '../../src/http/repeated-names.ts';

/** Few names, some of which need escapes, so that they are often repeated. */
const name = fc.constantFrom('a', 'b', 'c', '', 'a"', '\\', '":"', '__proto__');
const value = fc.oneof(
  name,
  fc.constantFrom(null, true, 0, 'x'),
  fc.constantFrom([], ['a'], {}, { a: 'b' }, [{ a: 1 }]),
);
/** As JSON.stringify writes a text, or with an escape that it does not need. */
const written = (text: string, isEscaped: boolean) =>
  isEscaped ? JSON.stringify(text).replace('a', '\\u0061') : JSON.stringify(text);
const json = fc
  .array(fc.tuple(name, fc.boolean(), value), { maxLength: 6 })
  .map(
    (pairs) =>
      `{${pairs.map(([name, isEscaped, value]) => `${written(name, isEscaped)}: ${JSON.stringify(value)}`)}}`,
  );

it('finds the same repeated names whether or not names are compared', () => {
  fc.assert(
    fc.property(json, (text) => {
      expect(repeatedNames(JSON.parse(text), text)).toEqual(comparedNames(text));
    }),
    { numRuns: 5_000, seed: 20261129 },
  );
});
