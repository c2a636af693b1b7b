import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { memberships } from '../../database/tables/members.ts';
import { COLUMNS } from '../../segments/store/row.ts';

/** Returns the number of members of a segment. Nothing is counted: each change of members keeps the number up to date. */
export function countMembers(db: Database) {
  const wanted = unnest<Key>('wanted', COLUMNS.batch('accountId', 'id'), { numbered: true });
  const query = statement(sql`
    select wanted.n, membership.count from ${wanted.table} inner join ${memberships} as membership
      on (membership.account_id, membership.segment_id) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, 'count_members', query, ([call, count]) => [Number(call), Number(count)] as const);
  return batch<Key, number>(
    db,
    async (keys) => {
      const counts = new Map(await run(wanted.fill(keys)));
      return keys.map((_, i) => counts.get(i + 1) ?? 0);
    },
    { accountOf },
  );
}
