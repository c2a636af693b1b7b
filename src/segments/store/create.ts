import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import type { Draft, Segment } from '../segment.ts';
import type { Birth } from '../segment-id.ts';
import { accountOf, type Key, rowOf, unnested } from './key.ts';

export type NewSegment = Key & Birth & Draft;

/** A new segment as its creation answers it. */
export const asCreated = ({ id, name, criteria, description, createdAt }: NewSegment): Segment => ({
  id,
  name,
  criteria,
  description,
  createdAt,
  updatedAt: createdAt,
  version: 1,
});

export function createSegments(db: Database) {
  const drafts = unnested('drafts', {
    account_id: 'text',
    id: 'text',
    name: 'text',
    criteria: 'text',
    description: 'text',
    created_at: 'timestamptz',
  });
  const query = db
    .insert(segments)
    .select(
      sql`select account_id, id, name, criteria, description, created_at, created_at, 1 from ${drafts}`,
    );
  const run = prepare(db, 'create_segments', query, () => null);

  const insert = async (wave: readonly NewSegment[]): Promise<Segment[]> => {
    await run({
      account_id: wave.map(({ accountId }) => accountId),
      id: wave.map(({ id }) => id),
      name: wave.map(({ name }) => name),
      criteria: wave.map(({ criteria }) => criteria),
      description: wave.map(({ description }) => description),
      created_at: wave.map(({ createdAt }) => createdAt.toISOString()),
    });
    return wave.map(asCreated);
  };

  return batch<NewSegment, Segment>(db, insert, { accountOf, rowOf });
}
