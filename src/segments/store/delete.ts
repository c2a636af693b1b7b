import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING, type Expecting, isExpected, locked } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import type { Segment } from '../segment.ts';
import { COLUMNS, columnsOfSegment, segmentOf } from './row.ts';

type Removal = Key & Expecting;

/** Deletes a segment and returns it as it was; null if the account has none with this id, or not at an expected version. */
export function deleteSegments(db: Database) {
  const columns = { ...COLUMNS.batch('accountId', 'id'), ...EXPECTING };
  const wanted = unnest<Removal>('wanted', columns, { numbered: true });
  const found = locked(segments, wanted.table, 'update');
  const query = db
    .delete(segments)
    .where(
      sql`(${segments.accountId}, ${segments.id}) in (select account_id, id from ${found} where ${isExpected})`,
    )
    .returning(columnsOfSegment(segments));
  const run = prepare(db, 'delete_segments', query, segmentOf);

  const remove = async (wave: readonly Removal[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wanted.fill(wave)));

  return batch<Removal, Segment | null>(db, remove, { accountOf, rowOf });
}
