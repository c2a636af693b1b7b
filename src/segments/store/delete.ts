import { sql } from 'drizzle-orm';
import { batch, inWaves } from '../../batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment } from '../segment.ts';
import { inOrderOf, type Key, rowOf, unnested } from './key.ts';
import { locked } from './lock.ts';
import { columnsOfSegment, segmentOf } from './row.ts';

/** Deletes for good and gives back what was there; null where there is no such segment in the account. */
export function deleteSegments(db: Database) {
  const wanted = unnested('wanted', { account_id: 'text', id: 'text' });
  const query = db
    .delete(segments)
    .where(
      sql`(${segments.accountId}, ${segments.id}) in (select account_id, id from ${locked(wanted, 'update')})`,
    )
    .returning(columnsOfSegment(segments));
  const run = prepare(db, 'delete_segments', query, segmentOf);

  const remove = async (wave: readonly Key[]): Promise<(Segment | null)[]> => {
    const account_id = wave.map(({ accountId }) => accountId);
    const id = wave.map(({ id }) => id);
    return inOrderOf(wave, await run({ account_id, id }));
  };

  return batch<Key, Segment | null>((keys) => inWaves(keys, rowOf, remove));
}
