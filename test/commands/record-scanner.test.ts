import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordScanner } from '../../src/commands/record-scanner.ts';

/** Reads a text in pieces of so many bytes, and returns its records with their lines. */
function recordsIn(text: string, format: 'csv' | 'ndjson', size = 1_000): { line: number; text: string }[] {
  const scan = recordScanner(format);
  const bytes = Buffer.from(text);
  const records: { line: number; bytes: Buffer }[] = [];
  for (let i = 0; i < bytes.length; i += size) {
    for (const piece of scan(bytes.subarray(i, i + size))) {
      const last = piece.isFirst ? undefined : records.at(-1);
      if (last) last.bytes = Buffer.concat([last.bytes, piece.bytes]);
      else records.push({ line: piece.line, bytes: piece.bytes });
    }
  }
  return records.map(({ line, bytes }) => ({ line, text: bytes.toString() }));
}

describe('Records of a file', () => {
  it('are its lines in NDJSON, each as it is there', () => {
    expect(recordsIn('{"a"\r\n\n"b', 'ndjson')).toEqual([
      { line: 1, text: '{"a"\r\n' },
      { line: 2, text: '\n' },
      { line: 3, text: '"b' },
    ]);
  });

  it('span the lines between quotation marks in CSV', () => {
    expect(recordsIn('a,b\r\n"1\r\n""\n",2\r\n3,4', 'csv')).toEqual([
      { line: 1, text: 'a,b\r\n' },
      { line: 2, text: '"1\r\n""\n",2\r\n' },
      { line: 5, text: '3,4' },
    ]);
  });

  it('end with their line if a quotation mark in CSV is misplaced', () => {
    expect(recordsIn('a"b\n"c"d"\ne\n', 'csv').map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  const field = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'é', 'a') });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 2 }), { maxLength: 8 });

  it('are found in any CSV, whatever the size of its chunks', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
        const records = rows.map((row) =>
          stringify([row], { record_delimiter: 'windows', quoted_match: /[\r\n]/ }),
        );
        const found = recordsIn(records.join(''), 'csv', size);
        expect(found.map(({ text }) => text)).toEqual(records);
        const lines = records.map((_, i) => records.slice(0, i).join('').split('\n').length);
        expect(found.map(({ line }) => line)).toEqual(lines);
      }),
      { seed: 1 },
    );
  });
});
