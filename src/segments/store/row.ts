import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { milliseconds, momentOf, type Values } from '../../database/statement.ts';
import type { Segment } from '../segment.ts';
import type { Key } from './key.ts';

type Stored = Key & Segment;

/** The columns of a segment, of the table or of a subquery on it, in the order that `segmentOf` reads them. */
export const columnsOfSegment = (from: Readonly<Record<keyof Stored, AnyPgColumn>>) => ({
  accountId: from.accountId,
  id: from.id,
  name: from.name,
  criteria: from.criteria,
  description: from.description,
  createdAt: milliseconds(from.createdAt),
  updatedAt: milliseconds(from.updatedAt),
  version: from.version,
});

/** The segment of a row of those columns. */
export const segmentOf = (values: Values): Stored => ({
  accountId: String(values[0]),
  id: String(values[1]),
  name: String(values[2]),
  criteria: String(values[3]),
  description: String(values[4]),
  createdAt: momentOf(values[5]),
  updatedAt: momentOf(values[6]),
  version: Number(values[7]),
});

/** A segment, and the number of the call that it answers. */
export interface NumberedSegment {
  n: number;
  segment: Stored;
}

/** The same with a last column `n`: the number of the call that a row answers, from 1 on. */
export const numberedSegmentOf = (values: Values): NumberedSegment => ({
  n: Number(values[8]),
  segment: segmentOf(values),
});
