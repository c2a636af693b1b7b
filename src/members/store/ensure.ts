import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { type Key, rowOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { memberships } from '../../database/tables/members.ts';
import { segments } from '../../database/tables/segments.ts';
import { COLUMNS } from '../../segments/store/row.ts';

/**
 * Gives segments a membership before the first change of their members, because a change has to lock it. The change must be another
 * statement: a row that its own statement has made cannot be locked or changed. Returns the keys whose segments exist. Keys must be
 * sorted by row.
 */
export function ensureMemberships(db: Database) {
  const wanted = unnest<Key>('wanted', COLUMNS.batch('accountId', 'id'), { numbered: true });
  const query = statement(sql`
    with held as materialized (
      select segment.account_id, segment.id, wanted.n from ${wanted.table} inner join ${segments} as segment
        on (segment.account_id, segment.id) = (wanted.account_id, wanted.id)
      order by wanted.n for key share of segment
    ),
    made as (
      insert into ${memberships} (account_id, segment_id) select account_id, id from held order by n on conflict do nothing
    )
    select account_id, id from held`);
  const run = prepare(db, 'ensure_memberships', query, ([accountId, id]) =>
    rowOf({ accountId: String(accountId), id: String(id) }),
  );

  return async <Call extends Key>(calls: readonly Call[]): Promise<Call[]> => {
    if (calls.length === 0) return [];
    const found = new Set(await run(wanted.fill(calls)));
    return calls.filter((call) => found.has(rowOf(call)));
  };
}
