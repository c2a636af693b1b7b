import { sql } from 'drizzle-orm';
import { batch } from '../../batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Segment } from '../segment.ts';
import { inOrderOf, type Key, rowOf, unnested } from './key.ts';
import { columnsOfSegment, segmentOf } from './row.ts';

/** The segment of a key; null where there is none in the account. */
export function getSegments(db: Database) {
  const wanted = unnested('wanted', { account_id: 'text', id: 'text' });
  const query = db
    .select(columnsOfSegment(segments))
    .from(segments)
    .innerJoin(wanted, sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, 'get_segments', query, segmentOf);

  return batch<Key, Segment | null>(async (keys) => {
    // Many may ask for one row: it comes once.
    const rows = [...new Map(keys.map((key) => [rowOf(key), key])).values()];
    const account_id = rows.map(({ accountId }) => accountId);
    const id = rows.map(({ id }) => id);
    return inOrderOf(keys, await run({ account_id, id }));
  });
}
