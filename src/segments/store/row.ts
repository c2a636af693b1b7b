import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { milliseconds, momentOf, type Values } from '../../database/statement.ts';
import type { Segment, Texts } from '../segment.ts';
import type { Key } from './key.ts';

type Stored = Key & Segment;

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

/** The columns of a segment, of the table or of a subquery on it, in the order that `segmentOf` reads them. */
export const columnsOfSegment = (
  from: Readonly<Record<keyof Stored, AnyPgColumn>>,
  texts: Texts = 'all',
) => ({
  accountId: from.accountId,
  id: from.id,
  name: from.name,
  createdAt: milliseconds(from.createdAt),
  updatedAt: milliseconds(from.updatedAt),
  version: from.version,
  ...(has(texts, 'criteria') && { criteria: from.criteria }),
  ...(has(texts, 'description') && { description: from.description }),
});

const has = (texts: Texts, text: 'criteria' | 'description') => texts === 'all' || texts === text;

/** Typed as a text: a caller does not read what it did not ask for, and GraphQL refuses a missing text as null. */
const NOT_FETCHED = undefined as unknown as string;

/** Reads the segment of a row of those columns. The objects have one shape, whatever was fetched: V8 reads those fastest. */
export function segmentReader(texts: Texts): (values: Values) => Stored {
  const criteria = has(texts, 'criteria') ? 6 : null;
  const description = has(texts, 'description') ? (criteria ?? 5) + 1 : null;
  return (values) => ({
    accountId: String(values[0]),
    id: String(values[1]),
    name: String(values[2]),
    criteria: criteria === null ? NOT_FETCHED : String(values[criteria]),
    description: description === null ? NOT_FETCHED : String(values[description]),
    createdAt: momentOf(values[3]),
    updatedAt: momentOf(values[4]),
    version: Number(values[5]),
  });
}

/** The segment of a row of all columns. */
export const segmentOf = segmentReader('all');

/** A segment, and the number of the call that it answers. */
export interface NumberedSegment {
  n: number;
  segment: Stored;
}

/** The same with a last column `n`: the number of the call that a row answers, from 1 on. */
export function numberedSegmentReader(texts: Texts): (values: Values) => NumberedSegment {
  const read = segmentReader(texts);
  const last = texts === 'all' ? 8 : texts === 'none' ? 6 : 7;
  return (values) => ({ n: Number(values[last]), segment: read(values) });
}
