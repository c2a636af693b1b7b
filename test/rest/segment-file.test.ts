import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/errors/refusals.ts';
import { FILE_TYPES, fileReader } from '../../src/rest/segment-file.ts';
import { readFile } from './read-file.ts';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';
const ABC = { name: 'a', criteria: 'b', description: 'c' };

describe('CSV', () => {
  it.each([
    ['name,criteria,description\na,b,c\n', [{ number: 2, properties: ABC }]],
    ['name,criteria,description\r\na,b,c', [{ number: 2, properties: ABC }]],
    ['\uFEFFname,criteria,description\r\na,b,c\r\n', [{ number: 2, properties: ABC }]],
    ['"name","criteria","description"\n"a","b","c"\n', [{ number: 2, properties: ABC }]],
    ['description,name,criteria\nc,a,b\n', [{ number: 2, properties: ABC }]],
    ['\n\nname,criteria,description\n\n\na,b,c\n\n', [{ number: 6, properties: ABC }]],
    [
      'name,criteria,description\n"a, ""b""","c\r\n\nd",\ne,f,""\n',
      [
        { number: 2, properties: { name: 'a, "b"', criteria: 'c\r\n\nd', description: '' } },
        { number: 5, properties: { name: 'e', criteria: 'f', description: '' } },
      ],
    ],
    [
      'name,criteria,description\n a ,\t=1+1,\uFEFFc\n',
      [{ number: 2, properties: { name: ' a ', criteria: '\t=1+1', description: '\uFEFFc' } }],
    ],
  ])('of %j has these lines', async (body, lines) => {
    expect(await readFile(CSV, body)).toEqual({ lines });
  });

  it('has no id and no times where these fields are empty', async () => {
    const body = 'id,name,criteria,description,created_at,updated_at\n,a,b,c,,\n"","a","b","c","",""\n';
    expect((await readFile(CSV, body)).lines).toEqual([
      { number: 2, properties: ABC },
      { number: 3, properties: ABC },
    ]);
  });

  it('has empty texts where the other fields are empty', async () => {
    const { lines } = await readFile(CSV, 'name,criteria,description\n,,\n');
    expect(lines).toEqual([{ number: 2, properties: { name: '', criteria: '', description: '' } }]);
  });

  it.each([
    ['1795843518', 1_795_843_518],
    ['-1', -1],
    ['007', 7],
    ['1.5', '1.5'],
    ['1e3', '1e3'],
    [' 1', ' 1'],
    ['2026-11-28', '2026-11-28'],
    ['9'.repeat(16), '9'.repeat(16)],
  ])('has the time %j as %j', async (field, time) => {
    const { lines } = await readFile(CSV, `name,criteria,description,updated_at\na,b,c,${field}\n`);
    expect(lines).toEqual([{ number: 2, properties: { ...ABC, updated_at: time } }]);
  });

  it('has ids, names and other texts as texts, even if they look like numbers', async () => {
    const { lines } = await readFile(CSV, 'id,name,criteria,description\n1,2,3,4\n');
    expect(lines).toEqual([
      { number: 2, properties: { id: '1', name: '2', criteria: '3', description: '4' } },
    ]);
  });
});

describe('NDJSON', () => {
  it.each([
    [`${JSON.stringify(ABC)}\n`, [{ number: 1, properties: ABC }]],
    [`\uFEFF${JSON.stringify(ABC)}`, [{ number: 1, properties: ABC }]],
    [
      `\n${JSON.stringify(ABC)}\r\n\r\n${JSON.stringify(ABC)}\r\n`,
      [
        { number: 2, properties: ABC },
        { number: 4, properties: ABC },
      ],
    ],
    ['{"id":null,"updated_at":1}', [{ number: 1, properties: { id: null, updated_at: 1 } }]],
    ['{}', [{ number: 1, properties: {} }]],
  ])('of %j has these lines', async (body, lines) => {
    expect(await readFile(NDJSON, body)).toEqual({ lines });
  });

  it('can have the longest texts, even if each character is an escaped pair', async () => {
    const escaped = (count: number) => '\\ud83c\\udf88'.repeat(count);
    const body = `{"name":"${escaped(255)}","criteria":"${escaped(5_000)}","description":"${escaped(5_000)}"}`;
    const text = '🎈'.repeat(5_000);
    const properties = { name: '🎈'.repeat(255), criteria: text, description: text };
    expect((await readFile(NDJSON, body)).lines).toEqual([{ number: 1, properties }]);
  });

  it('has names such as __proto__ like every other', async () => {
    const { lines } = await readFile(NDJSON, '{"__proto__":1,"constructor":2}');
    expect(lines.map(({ properties }) => Object.keys(properties ?? {}))).toEqual([
      ['__proto__', 'constructor'],
    ]);
  });

  it('with thousands of broken lines is read in parts, each in a turn of its own', async () => {
    let turns = 0;
    let isRead = false;
    const count = () => {
      turns += 1;
      if (!isRead) setImmediate(count);
    };
    setImmediate(count);
    const { lines } = await readFile(NDJSON, '{\n'.repeat(5_000));
    isRead = true;
    expect(lines).toHaveLength(5_000);
    expect(turns).toBeGreaterThanOrEqual(9);
  });
});

it.each(['text/csv; charset=utf-8', 'TEXT/CSV; header=present', 'application/x-ndjson'])(
  'The type %s is read',
  (type) => {
    expect(fileReader(type, undefined)).toBeTypeOf('function');
  },
);

it.each([
  undefined,
  '',
  'text/plain',
  'application/json',
  'text/csv; charset=latin1',
  'text/csv; charset=utf-16',
  'constructor',
])('The type %s is refused', (type) => {
  const refusal = expect.objectContaining({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    headers: { accept: FILE_TYPES.join(', ') },
  });
  expect(() => fileReader(type, undefined)).toThrow(Refusal);
  expect(() => fileReader(type, undefined)).toThrow(refusal);
});
