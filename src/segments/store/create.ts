import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key, rowOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';
import { type Draft, type Segment, WRITABLE } from '../segment.ts';
import type { Birth } from '../segment-id.ts';
import { COLUMNS } from './row.ts';

export type NewSegment = Key & Birth & Draft;

/** The parts of statements that insert segments. */
export const INSERTION = COLUMNS.insertion(['accountId', 'id', ...WRITABLE, 'createdAt'], {
  updatedAt: sql`created_at`,
  version: sql`1`,
});

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
  const drafts = unnest<NewSegment>('drafts', INSERTION.columns);
  const query = db.insert(segments).select(sql`select ${INSERTION.values} from ${drafts.table}`);
  const run = prepare(db, 'create_segments', query, () => null);

  const insert = async (wave: readonly NewSegment[]): Promise<Segment[]> => {
    await run(drafts.fill(wave));
    return wave.map(asCreated);
  };

  return batch<NewSegment, Segment>(db, insert, { accountOf, rowOf });
}
