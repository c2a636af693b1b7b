import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../src/errors/invalid-input.ts';
import type { CsvRecord } from '../../src/http/csv-parser.ts';
import { csvRecordsOf } from '../../src/http/csv-records.ts';
import { piecesOf } from '../rest/read-file.ts';

const RUNS = { numRuns: 2_000, seed: 20261128 };
/** Texts of the characters that matter, so that every combination of them occurs. */
const anyText = fc.string({
  unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', '\r\n', '\uFFFD'),
  maxLength: 40,
});
const anyLengths = fc.array(fc.nat({ max: 8 }), { maxLength: 40 });

async function recordsOf(body: string | Buffer, { lengths = [] as number[], max = 1_000 } = {}) {
  const records: CsvRecord[] = [];
  try {
    for await (const some of csvRecordsOf(piecesOf(Buffer.from(body), lengths), { max, loop: undefined })) {
      records.push(...some);
    }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { records, refusal: error.issues[0]?.param };
  }
  return { records };
}

/** What RFC 4180 says about a text: each record with its line, and its fields unless it is malformed. */
function described(text: string): { number: number; fields: string[] | null }[] {
  const records: { number: number; fields: string[] | null }[] = [];
  let number = 1;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const fields: string[] = [];
    let isWellFormed = true;
    for (let isLast = false; !isLast; ) {
      const quoted = /^"(?:[^"]|"")*"(?!")/.exec(text.slice(at))?.[0];
      if (text[at] === '"' && quoted === undefined) return [...records, { number, fields: null }];
      const plain = /^(?:(?!\r?\n)[^,])*/.exec(text.slice(at + (quoted?.length ?? 0)))?.[0] ?? '';
      isWellFormed &&= quoted === undefined ? !plain.includes('"') : plain === '';
      fields.push(quoted === undefined ? plain : quoted.slice(1, -1).replaceAll('""', '"'));
      at += (quoted?.length ?? 0) + plain.length;
      isLast = text[at] !== ',';
      if (!isLast) at += 1;
    }
    const isEmpty = at === start;
    at += text[at] === '\r' ? 2 : 1;
    records.push({ number, fields: isWellFormed ? (isEmpty ? [] : fields) : null });
    number += text.slice(start, at).split('\n').length - 1;
  }
  return records;
}

const comparable = (records: CsvRecord[]) =>
  records.map(({ number, fields, problems }) => ({ number, fields: problems ? null : fields }));

describe('Any text', () => {
  it('is split into records as RFC 4180 says, and only malformed records have problems', async () => {
    const property = fc.asyncProperty(anyText, async (text) => {
      expect(comparable((await recordsOf(text)).records)).toEqual(described(text));
    });
    await fc.assert(property, RUNS);
  });

  it('is split in the same way however it is cut into pieces', async () => {
    const property = fc.asyncProperty(anyText, anyLengths, async (text, lengths) => {
      expect(await recordsOf(text, { lengths })).toEqual(await recordsOf(text));
    });
    await fc.assert(property, RUNS);
  });

  it('is refused from the same record on however it is cut into pieces', async () => {
    const property = fc.asyncProperty(anyText, anyLengths, async (text, lengths) => {
      expect(await recordsOf(text, { lengths, max: 6 })).toEqual(await recordsOf(text, { max: 6 }));
    });
    await fc.assert(property, RUNS);
  });
});

describe('Bytes', () => {
  const anyBytes = fc.array(
    fc.constantFrom(
      ...['a', 'é', ',', '"', '\n', '\uFFFD'].map((text) => Buffer.from(text)),
      Buffer.from([0xff]),
      Buffer.from([0xc3]),
    ),
    { maxLength: 30 },
  );

  it('that are not UTF-8 are a problem of exactly the records that have them', async () => {
    const property = fc.asyncProperty(anyBytes, anyLengths, async (parts, lengths) => {
      const bytes = Buffer.concat(parts);
      const { records } = await recordsOf(bytes, { lengths });
      const lines = bytes
        .toString('latin1')
        .split('\n')
        .map((line) => Buffer.from(line, 'latin1'));
      for (const [i, { number, problems }] of records.entries()) {
        const raw = Buffer.concat(lines.slice(number - 1, (records[i + 1]?.number ?? lines.length + 1) - 1));
        const isBroken = !raw.equals(Buffer.from(raw.toString()));
        expect(problems?.[0]?.message.includes('UTF-8') ?? false).toBe(
          isBroken && !problems?.[0]?.message.includes('closing'),
        );
      }
    });
    await fc.assert(property, RUNS);
  });
});

describe('A file that never ends', () => {
  it.each([
    ['a line', 'x', 'x'],
    ['commas', ',', ','],
    ['an open quotation mark', '"', 'a\n,'],
    ['an open quotation mark with others', '"', '""\n'],
  ])('with %s is read no further than the longest record', async (_, start, part) => {
    let taken = 0;
    async function* endless() {
      yield Buffer.from(start);
      for (;;) {
        taken += 1;
        yield Buffer.from(part.repeat(1_000));
      }
    }
    const records = csvRecordsOf(endless(), { max: 100_000, loop: undefined });
    await expect(records.next()).rejects.toThrow(InvalidInput);
    expect(taken).toBeLessThan(110);
  });
});

it('A record of many lines is not parsed again for each of them', async () => {
  async function* lines() {
    yield Buffer.from('"');
    for (let i = 0; i < 20_000; i++) yield Buffer.from('""\n');
    yield Buffer.from('"\n');
  }
  let parsed = 0;
  const charge = () => {
    parsed += 1;
  };
  const loop = { charge, chargeAnswer: charge, ready: () => undefined, turn: () => undefined };
  const { value } = await csvRecordsOf(lines(), { max: 100_000, loop }).next();
  expect(value).toEqual([{ number: 1, fields: ['"\n'.repeat(20_000)] }]);
  expect(parsed).toBeLessThan(100);
});
