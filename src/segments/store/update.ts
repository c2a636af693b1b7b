import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents, NOTED } from '../../events/store/append.ts';
import { type Changes, type Segment, WRITABLE } from '../segment.ts';
import { EACH, type Extent } from './extent.ts';
import { COLUMNS, JSON_COLUMNS, segmentOf, selectSegment, WRITABLE_JSON } from './row.ts';

export type Change = Key & Changes & Origin;

/** Prepares a statement that changes segments, and returns the segments that it changed. */
export function prepareUpdate<Placing extends object>(
  db: Database,
  lane: Lane,
  name: string,
  { columns: placing, lock, isChanged, n }: Extent<Placing>,
) {
  const changes = COLUMNS.changes(WRITABLE, 'wanted');
  const columns = {
    ...COLUMNS.batch('accountId', 'id'),
    ...changes.columns,
    ...EXPECTING,
    ...ORIGIN,
    ...placing,
  };
  const wanted = unnest<Change & Placing>('wanted', columns, { numbered: true });
  const update = db
    .update(segments)
    .set({
      ...changes.set,
      // Never earlier than the last change, which another server's clock may have dated.
      updatedAt: sql`greatest(now(), ${segments.updatedAt})`,
      version: sql`${segments.version} + 1`,
    })
    .from(sql`noted cross join ${lock(wanted.table, 'no key update')}`)
    .where(sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isChanged}`);
  const written = sql`written`;
  const query = statement(sql`
    with ${NOTED},
    written as (
      ${update.getSQL()}
      returning ${segments}.*, ${n}, wanted.request_id, wanted.actor,
        ${WRITABLE_JSON.differing(sql`(wanted.held)`, sql`${segments}`)} as before
    ),
    ${appendEvents({ type: 'SEGMENT_UPDATED', version: sql`written.version`, segment: JSON_COLUMNS.of(written), details: sql`written.before` })}
    select ${selectSegment(alias(segments, 'written'))} from written`);
  const run = prepare(lane, name, query, segmentOf);
  return (batch: readonly (Change & Placing)[]) => run({ ...wanted.fill(batch), size: batch.length });
}

/** Changes the given properties of a segment; null if the account has none with this id, or not at an expected version. */
export function updateSegments(db: Database) {
  const run = prepareUpdate(db, db, 'update_segments', EACH);

  const change = async (wave: readonly Change[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wave));

  return batch<Change, Segment | null>(db, change, { accountOf, rowOf });
}
