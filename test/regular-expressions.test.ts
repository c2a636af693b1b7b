import { globSync, readFileSync } from 'node:fs';
import { isSafePattern } from 'redos-detector';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';

interface Expression {
  pattern: string;
  flags: string;
}

/** The regular expression literals of a file, and whether it also creates others, whose text is only known at run time. */
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

it('Every regular expression is a literal', () => {
  expect(files.filter(({ hasOthers }) => hasOthers).map(({ file }) => file)).toEqual([]);
  expect(files.flatMap(({ found }) => found).length).toBeGreaterThan(30); // the search for them works
});

/** Backtracks that an expression may need for any text. If it is not linear, there is no limit to them. */
const MAX_SCORE = 50;

/** A repetition. Without one, the number of steps is bounded. */
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
  'Every regular expression in $file',
  ({ found }) => {
    it.each(found)('takes time linear in the length of the text: /$pattern/$flags', (expression) => {
      expect(isLinear(expression)).toBe(true);
    });
  },
);

it.each([
  ['^\\s*(?:identity)?\\s*$', 'i'],
  [' Did you mean .*\\?$', 's'],
  ['"(?:[^"\\\\]|\\\\.)*"', 'g'],
  ['^(a+)+$', ''],
])('A regular expression that is not linear is detected: /%s/%s', (pattern, flags) => {
  expect(isLinear({ pattern, flags })).toBe(false);
});
