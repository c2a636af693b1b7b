import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { inSnapshot } from '../../database/snapshot.ts';
import { unnest } from '../../database/sql/unnest.ts';
import type { Values } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';
import { nothing, type Send } from '../../database/transaction.ts';
import { charged, type LoopShare } from '../../fairness/loop-time.ts';
import type { Segment } from '../segment.ts';
import type { Filter } from '../segment-list.ts';
import { accessOfExport, type PageAccess } from './access.ts';
import { COLUMNS, columnsOfSegment, segmentOf } from './row.ts';
import { columnsOfAccess, rowsOf } from './source.ts';

interface Export {
  accountId: string;
  filter: Filter;
  /** Ends the export at once. */
  signal: AbortSignal;
  loop?: LoopShare | undefined;
}

/** Some of the segments, and the place of the account's newest event in the snapshot. */
interface ExportPage {
  head: number;
  segments: readonly Segment[];
}

/** Max segments of a page, and about how many characters its texts have. The first pages are small, because nothing is known yet. */
const PAGE = { segments: 500, characters: 512 * 1024, first: 50 };

/**
 * Yields all segments of an account that match a filter, oldest first, from one snapshot. The first page is empty. The next page is
 * requested from Postgres when a page is read, so that at most two are in memory. Throws UNAVAILABLE and TIMEOUT.
 */
export const exportSegments =
  (db: Database) =>
  ({ accountId, signal, loop, filter }: Export): AsyncGenerator<ExportPage> =>
    inSnapshot(db.export, {
      accountId,
      signal,
      async *read(send) {
        const head = await headOf(send, accountId);
        await declare(send, db, { accountId, ...accessOfExport(filter) });
        yield { head, segments: [] };
        let size = PAGE.first;
        let next = fetch(send, size);
        for (;;) {
          const rows = await next;
          const isLast = rows.length < size;
          size = sizeAfter(rows, size);
          if (!isLast) next = fetch(send, size);
          next.catch(() => {}); // it is awaited after this page
          if (rows.length > 0) yield { head, segments: charged(loop, () => rows.map(segmentOf)) };
          if (isLast) return;
        }
      },
    });

async function headOf(send: Send, accountId: string): Promise<number> {
  const query = sql`select last_event from ${eventHeads} where account_id = ${accountId}`;
  const [head = 0] = await send(query, ([last]) => Number(last));
  return head;
}

/** Declares the cursor that the pages are fetched from. Postgres plans it once and reads on where the last page ended. */
async function declare(send: Send, db: Database, access: { accountId: string } & PageAccess): Promise<void> {
  const columns = { ...COLUMNS.batch('accountId'), ...columnsOfAccess(access) };
  const wanted = unnest<typeof access>('wanted', columns);
  const page = rowsOf(db, access).as('page');
  const query = db.select(columnsOfSegment(page)).from(wanted.table).crossJoinLateral(page);
  await send(sql`declare exported no scroll cursor for ${query}`, nothing, wanted.fill([access]));
}

const fetch = (send: Send, size: number): Promise<Values[]> =>
  send(sql`fetch ${sql.raw(String(size))} from exported`, (values) => values);

/** The size of the page after the next one. It grows step by step, because texts can become a hundred times as long. */
function sizeAfter(rows: readonly Values[], size: number): number {
  const characters = rows.reduce((sum, row) => sum + charactersOf(row), 0);
  const fitting = Math.ceil((PAGE.characters * rows.length) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, size * 2, PAGE.segments));
}

const charactersOf = (row: Values): number =>
  row.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
