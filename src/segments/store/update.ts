import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { prepare } from '../../database/statement.ts';
import { segments } from '../../database/tables.ts';
import { type Changes, type Segment, WRITABLE } from '../segment.ts';
import { accountOf, inOrderOf, type Key, rowOf, unnested } from './key.ts';
import { EXPECTING, expectingOf, isExpected, locked } from './lock.ts';
import { columnsOfSegment, segmentOf } from './row.ts';

export type Change = Key & Changes;

/** Changes what is given and leaves the rest; null where the account has no such segment, or not at a version expected. */
export function updateSegments(db: Database) {
  const changed = (property: (typeof WRITABLE)[number]) =>
    sql`coalesce(wanted.${sql.identifier(property)}, ${segments[property]})`;
  const columns = {
    account_id: 'text',
    id: 'text',
    name: 'text',
    criteria: 'text',
    description: 'text',
    ...EXPECTING,
  } as const;
  const wanted = unnested('wanted', columns, { numbered: true });
  const query = db
    .update(segments)
    .set({
      name: changed('name'),
      criteria: changed('criteria'),
      description: changed('description'),
      // Never before the last change, though another server's clock made that one.
      updatedAt: sql`greatest(now(), ${segments.updatedAt})`,
      version: sql`${segments.version} + 1`,
    })
    .from(locked(wanted, 'no key update'))
    .where(sql`(${segments.accountId}, ${segments.id}) = (wanted.account_id, wanted.id) and ${isExpected}`)
    .returning(columnsOfSegment(segments));
  const run = prepare(db, 'update_segments', query, segmentOf);

  const update = async (wave: readonly Change[]): Promise<(Segment | null)[]> => {
    const rows = await run({
      account_id: wave.map(({ accountId }) => accountId),
      id: wave.map(({ id }) => id),
      ...expectingOf(wave),
      ...Object.fromEntries(
        WRITABLE.map((property) => [property, wave.map((change) => change[property] ?? null)]),
      ),
    });
    return inOrderOf(wave, rows);
  };

  return batch<Change, Segment | null>(db, update, { accountOf, rowOf });
}
