import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING, type Expecting } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents, NOTED } from '../../events/store/append.ts';
import type { Segment } from '../segment.ts';
import { EACH, type Extent } from './extent.ts';
import { COLUMNS, segmentOf, selectSegment } from './row.ts';

export type Removal = Key & Expecting & Origin;

/** Prepares a statement that deletes segments, and returns the segments that it deleted, as they were. */
export function prepareDeletion<Placing extends object>(
  lane: Lane,
  name: string,
  { columns: placing, lock, isChanged, n }: Extent<Placing>,
) {
  const columns = { ...COLUMNS.batch('accountId', 'id'), ...EXPECTING, ...ORIGIN, ...placing };
  const wanted = unnest<Removal & Placing>('wanted', columns, { numbered: true });
  const query = statement(sql`
    with ${NOTED},
    written as (
      delete from ${segments} using noted cross join ${lock(wanted.table, 'update')}
      where (${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isChanged}
      returning ${segments}.*, ${n}, wanted.request_id, wanted.actor
    ),
    ${appendEvents({ type: 'SEGMENT_DELETED', version: sql`written.version + 1`, segment: sql`null::json` })}
    select ${selectSegment(alias(segments, 'written'))} from written`);
  const run = prepare(lane, name, query, segmentOf);
  return (batch: readonly (Removal & Placing)[]) => run({ ...wanted.fill(batch), size: batch.length });
}

/** Deletes a segment and returns it as it was; null if the account has none with this id, or not at an expected version. */
export function deleteSegments(db: Database) {
  const run = prepareDeletion(db, 'delete_segments', EACH);

  const remove = async (wave: readonly Removal[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wave));

  return batch<Removal, Segment | null>(db, remove, { accountOf, rowOf });
}
