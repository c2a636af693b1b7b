import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { represent } from '../../src/rest/representation.ts';
import { segmentWriter } from '../../src/rest/segment-text.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { readFile } from './read-file.ts';

const RUNS = { numRuns: 500, seed: 20261128 };
const TYPES = ['text/csv', 'application/x-ndjson'] as const;

const segment = (properties: Partial<Segment> = {}): Segment => ({
  id: '0VcF6O1ofTkSFZgO',
  name: 'High Spend Customers',
  criteria: 'spend > 1000',
  description: 'Our best customers',
  createdAt: new Date('2026-11-28T10:00:00.999Z'),
  updatedAt: new Date('2026-11-28T11:00:00Z'),
  version: 1,
  ...properties,
});

it('NDJSON has a line for each segment, as the REST API shows it', () => {
  const { opening, of } = segmentWriter('application/x-ndjson');
  expect(opening).toBe('');
  expect(of([segment(), segment({ description: 'two\nlines' })])).toBe(
    `{"id":"0VcF6O1ofTkSFZgO","name":"High Spend Customers","criteria":"spend > 1000","description":"Our best customers","created_at":1795860000,"updated_at":1795863600}
{"id":"0VcF6O1ofTkSFZgO","name":"High Spend Customers","criteria":"spend > 1000","description":"two\\nlines","created_at":1795860000,"updated_at":1795863600}
`,
  );
  expect(of([])).toBe('');
});

it('CSV has a header, and quotation marks only where they are needed', () => {
  const { opening, of } = segmentWriter('text/csv');
  expect(opening).toBe('id,name,criteria,description,created_at,updated_at\r\n');
  expect(of([segment(), segment({ name: 'a, "b"', criteria: 'two\nlines', description: '' })])).toBe(
    [
      '0VcF6O1ofTkSFZgO,High Spend Customers,spend > 1000,Our best customers,1795860000,1795863600\r\n',
      '0VcF6O1ofTkSFZgO,"a, ""b""","two\nlines",,1795860000,1795863600\r\n',
    ].join(''),
  );
  expect(of([])).toBe('');
});

it('Formulas of spreadsheets are written as they are', () => {
  expect(segmentWriter('text/csv').of([segment({ name: '=1+1' })])).toContain(',=1+1,');
});

/** Any text that can be stored, often with the characters that CSV treats in a special way. */
const anyText = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(',', '"', '\n', '\r', '\r\n', ';', '\t', ' ', '=', '\uFEFF', '\uFFFD', 'ä', '🎈'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
    ),
    maxLength: 30,
  })
  .filter((text) => text.isWellFormed() && !text.includes('\0'));
const anyTime = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const anySegment = fc
  .record({ name: anyText, criteria: anyText, description: anyText, createdAt: anyTime, updatedAt: anyTime })
  .map(segment);
const anySegments = fc.array(anySegment, { minLength: 1, maxLength: 5 });
const anyLengths = fc.array(fc.nat({ max: 20 }), { maxLength: 50 });

const propertiesOf = async (type: string, body: string, lengths?: number[]) => {
  const { lines, refusal } = await readFile(type, body, lengths);
  return refusal ?? lines.map(({ properties, problems }) => ({ ...(problems ? { problems } : properties) }));
};

describe.each(TYPES)('A file in %s', (type) => {
  const { opening, of } = segmentWriter(type);

  it('is read as the segments that were written, however it is cut into pieces', async () => {
    const property = fc.asyncProperty(anySegments, anyLengths, async (segments, lengths) => {
      const found = await propertiesOf(type, opening + of(segments), lengths);
      expect(found).toEqual(segments.map(represent));
    });
    await fc.assert(property, RUNS);
  });

  it('can be written in parts', () => {
    const property = fc.property(anySegments, anySegments, (some, others) => {
      expect(of(some) + of(others)).toBe(of([...some, ...others]));
    });
    fc.assert(property, { ...RUNS, numRuns: 100 });
  });
});

/** How programs write CSV. */
const anyDialect = fc.record({
  mark: fc.constantFrom('', '\uFEFF'),
  end: fc.constantFrom('\n', '\r\n'),
  hasLastEnd: fc.boolean(),
  quotes: fc.constantFrom('all', 'needed'),
  columns: fc.shuffledSubarray(['id', 'name', 'criteria', 'description', 'created_at', 'updated_at'], {
    minLength: 6,
  }),
});

it('CSV is read whatever program wrote it', async () => {
  const property = fc.asyncProperty(
    anySegments,
    anyDialect,
    anyLengths,
    async (segments, dialect, lengths) => {
      const { mark, end, hasLastEnd, quotes, columns } = dialect;
      const quoted = (text: string) =>
        quotes === 'all' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const records = segments.map((each) => {
        const values = new Map<string, unknown>(Object.entries(represent(each)));
        return columns.map((column) => quoted(String(values.get(column))));
      });
      const body =
        mark + [columns, ...records].map((fields) => fields.join(',')).join(end) + (hasLastEnd ? end : '');
      expect(await propertiesOf('text/csv', body, lengths)).toEqual(segments.map(represent));
    },
  );
  await fc.assert(property, RUNS);
});

it('A segment with the longest texts can be read again', async () => {
  for (const character of ['"', '🎈', '\u0001', '\n']) {
    const text = character.repeat(5_000);
    const longest = segment({ name: character.repeat(255), criteria: text, description: text });
    for (const type of TYPES) {
      const { opening, of } = segmentWriter(type);
      expect(await propertiesOf(type, opening + of([longest]))).toEqual([represent(longest)]);
    }
  }
});
