import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment } from '../segment.ts';
import { accountOf, inOrderOf, type Key, rowOf, unnested } from './key.ts';
import { EXPECTING, type Expecting, expectingOf, isExpected, locked } from './lock.ts';
import { columnsOfSegment, segmentOf } from './row.ts';

type Removal = Key & Expecting;

/** Deletes for good and gives back what was there; null where the account has no such segment, or not at a version expected. */
export function deleteSegments(db: Database) {
  const wanted = unnested('wanted', { account_id: 'text', id: 'text', ...EXPECTING }, { numbered: true });
  const query = db
    .delete(segments)
    .where(
      sql`(${segments.accountId}, ${segments.id}) in (select account_id, id from ${locked(wanted, 'update')} where ${isExpected})`,
    )
    .returning(columnsOfSegment(segments));
  const run = prepare(db, 'delete_segments', query, segmentOf);

  const remove = async (wave: readonly Removal[]): Promise<(Segment | null)[]> => {
    const account_id = wave.map(({ accountId }) => accountId);
    const id = wave.map(({ id }) => id);
    return inOrderOf(wave, await run({ account_id, id, ...expectingOf(wave) }));
  };

  return batch<Removal, Segment | null>(db, remove, { accountOf, rowOf });
}
