import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key, rowOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents, NOTED } from '../../events/store/append.ts';
import { type Draft, type Segment, WRITABLE } from '../segment.ts';
import type { Birth } from '../segment-id.ts';
import { COLUMNS, JSON_COLUMNS } from './row.ts';

export type NewSegment = Key & Birth & Draft & Origin;

const INSERTION = COLUMNS.insertion(['accountId', 'id', ...WRITABLE, 'createdAt'], {
  updatedAt: sql`created_at`,
  version: sql`1`,
});

/** The columns of a numbered batch of new segments, `drafts`. */
export const DRAFT_COLUMNS = { ...INSERTION.columns, ...ORIGIN };

/** Returns CTEs that insert the segments of these drafts and log them. `drafts` follows a FROM. */
export const insertFrom = (drafts: SQL): SQL => sql`
  ${NOTED},
  written as materialized (select n, request_id, actor, ${INSERTION.values} from noted cross join ${drafts}),
  made as (insert into ${segments} (${INSERTION.names}) select ${INSERTION.names} from written),
  ${appendEvents({ type: 'SEGMENT_CREATED', version: sql`1`, segment: JSON_COLUMNS.of(sql`written`) })}`;

/** Returns a new segment as it is stored. */
export const asCreated = (segment: NewSegment): Segment => ({
  id: segment.id,
  ...COLUMNS.pick(WRITABLE, segment),
  createdAt: segment.createdAt,
  updatedAt: segment.createdAt,
  version: 1,
});

/** Creates segments and returns them. */
export function createSegments(db: Database) {
  const drafts = unnest<NewSegment>('drafts', DRAFT_COLUMNS, { numbered: true });
  const query = statement(sql`with ${insertFrom(drafts.table)} select from noted where false`);
  const run = prepare(db, 'create_segments', query, () => null);

  const insert = async (wave: readonly NewSegment[]): Promise<Segment[]> => {
    await run(drafts.fill(wave));
    return wave.map(asCreated);
  };

  return batch<NewSegment, Segment>(db, insert, { accountOf, rowOf });
}
