import { describe, expect, it } from 'vitest';
import { aligned, jsonLine } from '../../src/commands/list.ts';

describe('A list on a terminal', () => {
  it('has aligned columns, whatever the width of the characters', async () => {
    const table = [
      ['NAME', 'STATE', 'USED'],
      ['客户', 'live', 'never'],
      ['e\u0301te\u0301', 'revoked', ''],
    ];
    expect(await aligned(table)).toEqual([
      'NAME  STATE    USED', //
      '客户  live     never',
      'e\u0301te\u0301   revoked',
    ]);
  });

  it('shortens long cells, except those of the last column', async () => {
    const [line] = await aligned([['x'.repeat(100), 'y'.repeat(100)]]);
    expect(line).toBe(`${'x'.repeat(60)}…  ${'y'.repeat(100)}`);
  });
});

it('JSON escapes what must not reach a terminal, and means the same', () => {
  const value = { name: '\u001b[2J\u009b31m\u202egro\u2028\u{e0041}é' };
  const line = jsonLine(JSON.stringify(value));
  expect(line).toBe(String.raw`{"name":"\u001b[2J\u009b31m\u202egro\u2028\udb40\udc41é"}`);
  expect(JSON.parse(line)).toEqual(value);
});
