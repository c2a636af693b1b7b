import { type SQL, sql } from 'drizzle-orm';
import { columnsOf } from '../../database/sql/column.ts';
import { jsonOf } from '../../database/sql/row-json.ts';
import type { Values } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { LONG_TEXTS, type Segment, type Texts, WRITABLE } from '../segment.ts';

/** Builds the parts of statements on segments from their columns. */
export const COLUMNS = columnsOf(segments, LONG_TEXTS);

/** The JSON of a segment in the event log: its row, without the account. */
export const JSON_COLUMNS = jsonOf(segments, [
  'id',
  ...WRITABLE,
  'createdAt',
  'updatedAt',
  'version',
] as const satisfies (keyof Segment)[]);

/** The same, of the properties that a caller can change. */
export const WRITABLE_JSON = jsonOf(segments, WRITABLE);

type Stored = typeof segments.$inferSelect;

/** What a read can omit. */
export interface Reading {
  /** The long texts to fetch; all of them by default. */
  texts?: Texts;
}

/** Makes a reader for each choice of texts, because calls that read different columns cannot share a statement. */
export const byTexts = <Reader>(make: (texts: Texts) => Reader): Record<Texts, Reader> => ({
  none: make('none'),
  criteria: make('criteria'),
  description: make('description'),
  all: make('all'),
});

/** The name of a statement that fetches these texts. */
export const named = (name: string, texts: Texts): string => (texts === 'all' ? name : `${name}_${texts}`);

/** The table, or a subquery on it. */
type From = Parameters<typeof COLUMNS.select>[0];

/** The columns of a segment to select. */
export const columnsOfSegment = (from: From, texts: Texts = 'all') => COLUMNS.select(from, omitted(texts));

/** The same as SQL, to select from a CTE. */
export const selectSegment = (from: From): SQL => sql.join(Object.values(columnsOfSegment(from)), sql`, `);

const omitted = (texts: Texts) => (texts === 'all' ? [] : LONG_TEXTS.filter((text) => text !== texts));

/** Reads the segment of a row with all columns. */
export const segmentOf = COLUMNS.reader().read;

/** A segment, and the number of the call that it answers. */
export interface NumberedSegment {
  n: number;
  segment: Stored;
}

/** How to select segments with the number of the call that each row answers (from 1 on), and how to read the rows. */
export function numberedSegments(texts: Texts = 'all') {
  const { read, width } = COLUMNS.reader(omitted(texts));
  return {
    /** The columns to select, from the table or a subquery on it. The numbered batch is called `wanted`. */
    columns: (from: From) => ({ ...columnsOfSegment(from, texts), n: sql`wanted.n` }),
    read: (values: Values): NumberedSegment => ({ n: Number(values[width]), segment: read(values) }),
  };
}
