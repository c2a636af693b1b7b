import { columnsOf } from '../../database/sql/column.ts';
import type { Values } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import { LONG_TEXTS, type Texts } from '../segment.ts';

/** What the statements say of the columns of a segment. */
export const COLUMNS = columnsOf(segments, LONG_TEXTS);

type Stored = typeof segments.$inferSelect;

/** What a read may leave out. */
export interface Reading {
  /** The long texts to fetch; all of them by default. */
  texts?: Texts;
}

/** One reader for each choice of texts: calls that read different columns share no statement. */
export const byTexts = <Reader>(make: (texts: Texts) => Reader): Record<Texts, Reader> => ({
  none: make('none'),
  criteria: make('criteria'),
  description: make('description'),
  all: make('all'),
});

/** The name of a statement that fetches these texts. */
export const named = (name: string, texts: Texts): string => (texts === 'all' ? name : `${name}_${texts}`);

/** The columns of a segment, of the table or of a subquery on it. */
export const columnsOfSegment = (from: Parameters<typeof COLUMNS.select>[0], texts: Texts = 'all') =>
  COLUMNS.select(from, omitted(texts));

const omitted = (texts: Texts) => (texts === 'all' ? [] : LONG_TEXTS.filter((text) => text !== texts));

/** The segment of a row of all columns. */
export const segmentOf = COLUMNS.reader().read;

/** A segment, and the number of the call that it answers. */
export interface NumberedSegment {
  n: number;
  segment: Stored;
}

/** Reads rows of those columns and a last one `n`: the number of the call that a row answers, from 1 on. */
export function numberedSegmentReader(texts: Texts): (values: Values) => NumberedSegment {
  const { read, width } = COLUMNS.reader(omitted(texts));
  return (values) => ({ n: Number(values[width]), segment: read(values) });
}
