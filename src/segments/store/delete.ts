import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING, type Expecting, isExpected, locked } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents, NOTED } from '../../events/store/append.ts';
import type { Segment } from '../segment.ts';
import { COLUMNS, segmentOf, selectSegment } from './row.ts';

type Removal = Key & Expecting & Origin;

/** Deletes a segment and returns it as it was; null if the account has none with this id, or not at an expected version. */
export function deleteSegments(db: Database) {
  const columns = { ...COLUMNS.batch('accountId', 'id'), ...EXPECTING, ...ORIGIN };
  const wanted = unnest<Removal>('wanted', columns, { numbered: true });
  const query = statement(sql`
    with ${NOTED},
    written as (
      delete from ${segments} using noted cross join ${locked(segments, wanted.table, 'update')}
      where (${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isExpected}
      returning ${segments}.*, wanted.n, wanted.request_id, wanted.actor
    ),
    ${appendEvents({ type: 'SEGMENT_DELETED', version: sql`written.version + 1`, segment: sql`null::json` })}
    select ${selectSegment(alias(segments, 'written'))} from written`);
  const run = prepare(db, 'delete_segments', query, segmentOf);

  const remove = async (wave: readonly Removal[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wanted.fill(wave)));

  return batch<Removal, Segment | null>(db, remove, { accountOf, rowOf });
}
