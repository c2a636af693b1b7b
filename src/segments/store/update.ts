import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING, isExpected, locked } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { type Changes, type Segment, WRITABLE } from '../segment.ts';
import { COLUMNS, columnsOfSegment, segmentOf } from './row.ts';

export type Change = Key & Changes;

/** Changes the given properties of a segment; null if the account has none with this id, or not at an expected version. */
export function updateSegments(db: Database) {
  const changes = COLUMNS.changes(WRITABLE, 'wanted');
  const columns = { ...COLUMNS.batch('accountId', 'id'), ...changes.columns, ...EXPECTING };
  const wanted = unnest<Change>('wanted', columns, { numbered: true });
  const query = db
    .update(segments)
    .set({
      ...changes.set,
      // Never earlier than the last change, which another server's clock may have dated.
      updatedAt: sql`greatest(now(), ${segments.updatedAt})`,
      version: sql`${segments.version} + 1`,
    })
    .from(locked(segments, wanted.table, 'no key update'))
    .where(sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isExpected}`)
    .returning(columnsOfSegment(segments));
  const run = prepare(db, 'update_segments', query, segmentOf);

  const update = async (wave: readonly Change[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wanted.fill(wave)));

  return batch<Change, Segment | null>(db, update, { accountOf, rowOf });
}
