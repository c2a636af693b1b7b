import { sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { EXPECTING, isExpected, locked } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents, NOTED } from '../../events/store/append.ts';
import { type Changes, type Segment, WRITABLE } from '../segment.ts';
import { COLUMNS, JSON_COLUMNS, segmentOf, selectSegment, WRITABLE_JSON } from './row.ts';

export type Change = Key & Changes & Origin;

/** Changes the given properties of a segment; null if the account has none with this id, or not at an expected version. */
export function updateSegments(db: Database) {
  const changes = COLUMNS.changes(WRITABLE, 'wanted');
  const columns = { ...COLUMNS.batch('accountId', 'id'), ...changes.columns, ...EXPECTING, ...ORIGIN };
  const wanted = unnest<Change>('wanted', columns, { numbered: true });
  const update = db
    .update(segments)
    .set({
      ...changes.set,
      // Never earlier than the last change, which another server's clock may have dated.
      updatedAt: sql`greatest(now(), ${segments.updatedAt})`,
      version: sql`${segments.version} + 1`,
    })
    .from(sql`noted cross join ${locked(segments, wanted.table, 'no key update')}`)
    .where(sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isExpected}`);
  const written = sql`written`;
  const query = statement(sql`
    with ${NOTED},
    written as (
      ${update.getSQL()}
      returning ${segments}.*, wanted.n, wanted.request_id, wanted.actor,
        ${WRITABLE_JSON.differing(sql`(wanted.held)`, sql`${segments}`)} as before
    ),
    ${appendEvents({ type: 'SEGMENT_UPDATED', version: sql`written.version`, segment: JSON_COLUMNS.of(written), details: sql`written.before` })}
    select ${selectSegment(alias(segments, 'written'))} from written`);
  const run = prepare(db, 'update_segments', query, segmentOf);

  const change = async (wave: readonly Change[]): Promise<(Segment | null)[]> =>
    inOrderOf(wave, await run(wanted.fill(wave)));

  return batch<Change, Segment | null>(db, change, { accountOf, rowOf });
}
