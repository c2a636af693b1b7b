import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { leftoversOf, placesOf } from './stored.ts';
import { replace, uploadTo } from './upload.ts';

const gateway = testGateway();
const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

async function newSegment(): Promise<string> {
  const { id } = await createSegment(draft(), gateway.context());
  await replace(gateway, id, 'before');
  return id;
}

/** Replaces the members of a new segment by a list, and returns them in their order. */
async function membersAfter(body: string | Buffer, type?: string) {
  const id = await newSegment();
  const { status, body: answer } = await replace(gateway, id, body, { type });
  return status === 200 ? [...(await placesOf(gateway, id)).keys()] : answer;
}

/** Sends a list that is refused, checks that nothing was changed, and returns the problems. */
async function problemsOf(body: string | Buffer, type?: string) {
  const id = await newSegment();
  const { status, body: answer } = await replace(gateway, id, body, { type });
  expect([...(await placesOf(gateway, id)).keys()]).toEqual(['before']);
  expect([status, answer.code]).toEqual([400, 'INVALID_INPUT']);
  return answer.errors.map(({ param, message }: { param: string; message: string }) => [param, message]);
}

const REQUIRED = 'must have 1 to 255 characters, not 0';

describe('Plain text', () => {
  it.each([
    ['a\nb', ['a', 'b']],
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['\uFEFFa\nb', ['a', 'b']],
    ['a\n\n\n', ['a']],
    ['\n', []],
    [' a\n"b"\nc,d\n', [' a', '"b"', 'c,d']],
    ['héllo\n日本\n🎈', ['héllo', '日本', '🎈']],
    ['\uFEFF', []],
    ['a\n\uFEFFb', ['a', '\uFEFFb']],
    [`${'🎈'.repeat(255)}\n`, ['🎈'.repeat(255)]],
  ])('of %j has these members', async (body, members) => {
    expect(await membersAfter(body)).toEqual(members);
  });

  it.each<[string | Buffer, [string, string][]]>([
    ['a\n\nb', [['lines.2', REQUIRED]]],
    ['\na', [['lines.1', REQUIRED]]],
    ['a\n \nb', [['lines.2', 'must not be blank']]],
    ['a\nb\tc', [['lines.2', 'must not contain control characters']]],
    ['a\rb', [['lines.1', 'must not contain control characters']]],
    ['a\n\u0000', [['lines.2', 'must not contain the character U+0000']]],
    [
      `a\n${'x'.repeat(256)}\n\u0000`,
      [
        ['lines.2', 'must have 1 to 255 characters, not 256'],
        ['lines.3', 'must not contain the character U+0000'],
      ],
    ],
    [
      Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62, 0x0a, 0xc3]),
      [
        ['lines.2', 'must be UTF-8'],
        ['lines.4', 'must be UTF-8'],
      ],
    ],
  ])('of %j is refused with the numbers of the lines', async (body, problems) => {
    const id = await newSegment();
    const { body: answer } = await replace(gateway, id, body);
    const found = answer.errors.map(({ param, message }: { param: string; message: string }) => [
      param,
      message,
    ]);
    // The last line is a part of its own.
    expect(problems.slice(0, found.length)).toEqual(found);
    expect(found.length).toBeGreaterThan(0);
  });

  it('with many bad lines names the first 20', async () => {
    const problems = await problemsOf(`a\n${'\u0001x\n'.repeat(100)}`);
    expect(problems).toHaveLength(20);
    expect(problems.at(-1)).toEqual(['lines.21', 'must not contain control characters']);
  });

  it('with a bad line behind many good ones names it', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `customer-${i}`);
    lines[29_000] = 'a\u0007';
    expect(await problemsOf(lines.join('\n'))).toEqual([
      ['lines.29001', 'must not contain control characters'],
    ]);
  });

  it('is decoded correctly however it is cut into packets', async () => {
    const id = await newSegment();
    const upload = uploadTo(gateway, id);
    for (const byte of Buffer.from('\uFEFFä\r\n日本\r\n🎈\r\n')) await upload.send(Buffer.from([byte]));
    await upload.end();
    expect([...(await placesOf(gateway, id)).keys()]).toEqual(['ä', '日本', '🎈']);
  });

  it('with a line that never ends is refused before it has arrived', async () => {
    const id = await newSegment();
    const upload = uploadTo(gateway, id);
    await upload.send(`a\n${'x'.repeat(17_000)}`);
    const { status, body, headers } = await upload.answer;
    expect([status, body.errors, headers.connection]).toEqual([
      400,
      [{ param: 'lines.2', message: 'must have at most 16,384 bytes' }],
      'close',
    ]);
    expect(await leftoversOf(gateway, id)).toBe(2); // of the first replacement, and of this one
  });

  it('with a whole line that is too long is refused, too', async () => {
    expect(await problemsOf(`a\n${'ä'.repeat(8_193)}\nb`)).toEqual([
      ['lines.2', 'must have at most 16,384 bytes'],
    ]);
  });
});

describe('CSV', () => {
  it.each([
    ['customer_id\na\nb', ['a', 'b']],
    ['\uFEFFcustomer_id\r\na\r\nb\r\n', ['a', 'b']],
    ['name,customer_id,x\nAnn,a,1\nBob,b,', ['a', 'b']],
    ['"customer_id","name"\n"a","x, ""y"""\nb,z', ['a', 'b']],
    ['name,customer_id\n"two\r\nlines\n\n",a\nx,"b,""c"""', ['a', 'b,"c"']],
    ['customer_id\n', []],
    ['', []],
    ['customer_id\na\n\n', ['a']],
  ])('of %j has these members', async (body, members) => {
    expect(await membersAfter(body, CSV)).toEqual(members);
  });

  const QUOTES =
    'must be CSV: a field with a quotation mark must be in quotation marks, each of those in it doubled';
  it.each([
    ['id\na', [['lines.1', 'must name the columns, one of them customer_id']]],
    ['customer_id,customer_id\na,b', [['lines.1', 'must name the columns, one of them customer_id']]],
    ['"customer_id"x\na', [['lines.1', 'must name the columns, one of them customer_id']]],
    ['\ncustomer_id\na', [['lines.1', REQUIRED]]],
    [
      'customer_id,name\na\nb,c,d\ne,f\n',
      [
        ['lines.2', 'must have 2 fields like the header, not 1'],
        ['lines.3', 'must have 2 fields like the header, not 3'],
      ],
    ],
    ['customer_id\na"b"\n', [['lines.2', QUOTES]]],
    ['customer_id\n"a"b\n', [['lines.2', QUOTES]]],
    ['customer_id\n"a\nb"\nc\n', [['lines.2', 'must not contain control characters']]],
    ['name,customer_id\n"x\ny",\n', [['lines.2', REQUIRED]]],
    ['customer_id\na\n"b\nc\n', [['lines.3', 'must have a closing quotation mark']]],
    [`customer_id\n"${'x\n'.repeat(9_000)}`, [['lines.2', 'must have a closing quotation mark']]],
    ['customer_id,x\n ,1\n', [['lines.2', 'must not be blank']]],
  ])('of %j is refused with the numbers of the lines', async (body, problems) => {
    expect(await problemsOf(body, CSV)).toEqual(problems);
  });
});

describe('NDJSON', () => {
  it.each([
    ['{"customer_id":"a"}\n{"customer_id":"b"}', ['a', 'b']],
    ['\uFEFF{"customer_id": "\\u00e4"}\r\n', ['ä']],
    ['{"customer_id":"a","joined_at":1700000000}\n', ['a']],
    ['', []],
  ])('of %j has these members', async (body, members) => {
    expect(await membersAfter(body, NDJSON)).toEqual(members);
  });

  it.each([
    ['{"customer_id":"a"}\n\n{"customer_id":"b"}\n', [['lines.2', REQUIRED]]],
    [
      'a\n[]\n{"customer_id":"a"',
      [
        ['lines.1', 'must be a JSON object'],
        ['lines.2', 'must be a JSON object'],
      ],
    ],
    ['{}\n', [['lines.1.customer_id', 'is required']]],
    ['{"customer_id":1}\n', [['lines.1', 'must be a string, not 1']]],
    ['{"customer_id":null}\n', [['lines.1', 'must be a string, not null']]],
    [
      '{"customer_id":"\\ud800"}\n',
      [['lines.1', 'must be well-formed Unicode, not half of a surrogate pair']],
    ],
    ['{"customer_id":"a","name":"b"}\n', [['lines.1.name', 'is not a recognised parameter']]],
    [
      '{"customer_id":"a","customer_id":"b"}\n',
      [['lines.1.customer_id', 'must not be given more than once']],
    ],
    ['{"__proto__":{"customer_id":"a"}}\n', [['lines.1.__proto__', 'is not a recognised parameter']]],
  ])('of %j is refused with the numbers of the lines', async (body, problems) => {
    expect(await problemsOf(body, NDJSON)).toEqual(problems);
  });
});

it('A list of members can be sent back as it is', async () => {
  const id = await newSegment();
  const url = `${gateway.url}/v1/customer-segments/${id}/members`;
  const { data } = await (await fetch(url, { headers: gateway.authorization('ada') })).json();
  const lines = data.map((member: object) => JSON.stringify(member)).join('\n');
  expect((await replace(gateway, id, lines, { type: NDJSON })).body).toEqual({
    added: 0,
    removed: 0,
    unchanged: 1,
  });
});

it('After all these lists, no upload is in progress, and no fault was logged', () => {
  expect(gateway.uploads.count()).toBe(0);
  expect(gateway.logged.filter(({ msg }) => msg === 'fault')).toEqual([]);
});
