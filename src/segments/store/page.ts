import type { BatchColumns } from '../../database/sql/unnest.ts';
import type { Segment } from '../segment.ts';
import type { Window } from '../segment-list.ts';
import type { PageAccess } from './access.ts';
import { COLUMNS, type Reading } from './row.ts';
import { columnsOfAccess } from './source.ts';

export interface Page {
  segments: Segment[];
  /** Whether there are more in the direction of paging. */
  hasMore: boolean;
  /** The place of the account's newest event in the snapshot that the page was read from, if it was requested. */
  head?: number;
}

export type List = Window & Reading & { accountId: string };

/** A list, and how to read it. */
export type Accessed = List & PageAccess;

/** The columns of a batch of lists. One row more than the page is read, to know whether there are more. */
export const columnsOfPage = (list: Accessed): BatchColumns<Accessed> => ({
  ...COLUMNS.batch('accountId'),
  size: { type: 'int', of: ({ size }) => size + 1 },
  ...columnsOfAccess(list),
});

/** What was found for a page. */
export type Found = Omit<Page, 'hasMore'>;

/** Returns the page of a list from the rows that were found: those of the page, and one more if there are more. */
export function pageOf({ size, backward }: List, found: Found): Page {
  const segments = found.segments.slice(0, size);
  const hasMore = found.segments.length > size;
  return { ...found, segments: backward ? segments.reverse() : segments, hasMore };
}
