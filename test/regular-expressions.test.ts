import { globSync, readFileSync } from 'node:fs';
import { isSafePattern } from 'redos-detector';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';

interface Expression {
  pattern: string;
  flags: string;
}

/** The regular expressions of a file, and whether it makes some that no reader of its text can know. */
function expressionsOf(file: string): { found: Expression[]; hasOthers: boolean } {
  const text = readFileSync(file, 'utf8');
  const found: Expression[] = [];
  JSON.stringify(parseAst(text, { lang: 'ts' }, file), (key, value) => {
    if (key === 'regex' && value) found.push(value);
    return typeof value === 'bigint' ? String(value) : value;
  });
  return { found, hasOthers: /\bRegExp\(/.test(text) };
}

const files = globSync('src/**/*.ts').map((file) => ({ file, ...expressionsOf(file) }));

it('Every regular expression is written out', () => {
  expect(files.filter(({ hasOthers }) => hasOthers).map(({ file }) => file)).toEqual([]);
  expect(files.flatMap(({ found }) => found).length).toBeGreaterThan(30); // they are found
});

/** Steps back that an expression may take, whatever the text. One that is not linear has no limit. */
const MAX_SCORE = 50;

/** What repeats something. Without it, an expression takes a fixed number of steps. */
const QUANTIFIER = /[*+]|\{\d+,/;

function isLinear({ pattern, flags }: Expression): boolean {
  if (!QUANTIFIER.test(pattern)) return true;
  const isSticky = flags.includes('y');
  return isSafePattern(isSticky ? `^(?:${pattern})` : pattern, {
    maxScore: MAX_SCORE,
    timeout: 60_000,
    caseInsensitive: flags.includes('i'),
    dotAll: flags.includes('s'),
    multiLine: flags.includes('m'),
    unicode: flags.includes('u') || flags.includes('v'),
  }).safe;
}

describe.each(files.filter(({ found }) => found.length > 0))(
  'Every regular expression of $file',
  ({ found }) => {
    it.each(found)(
      'takes a time that is linear in the length of the text: /$pattern/$flags',
      (expression) => {
        expect(isLinear(expression)).toBe(true);
      },
    );
  },
);

it.each([
  ['^\\s*(?:identity)?\\s*$', 'i'],
  [' Did you mean .*\\?$', 's'],
  ['"(?:[^"\\\\]|\\\\.)*"', 'g'],
  ['^(a+)+$', ''],
])('One that does not is found: /%s/%s', (pattern, flags) => {
  expect(isLinear({ pattern, flags })).toBe(false);
});
