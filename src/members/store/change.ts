import { type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, inOrderOf, type Key, rowOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { members, memberships } from '../../database/tables/members.ts';
import { segments } from '../../database/tables/segments.ts';
import { ORIGIN, type Origin } from '../../events/origin.ts';
import { appendEvents } from '../../events/store/append.ts';
import type { Segment } from '../../segments/segment.ts';
import { COLUMNS, JSON_COLUMNS, segmentOf, selectSegment } from '../../segments/store/row.ts';
import type { MemberChange } from '../member.ts';
import { ensureMemberships } from './ensure.ts';
import { memberOf } from './key.ts';

/** A change of the members of the segment with this key. */
export type KeyedChange = Key & Origin & Pick<MemberChange, 'add' | 'remove'>;

/** How many members a change added and removed, and their segment. */
export interface Changed {
  added: number;
  removed: number;
  segment: Segment;
}

/** Max calls in a statement, and of one account in a statement with others: a call can have a thousand customers. */
const MOST = { largest: 20, shared: 5 };

/**
 * Adds members to segments and removes members; null if the account has no such segment. Customers who already are what the change
 * makes them are left as they are. One event is logged for all members that were added, one for all that were removed, and none
 * if there were none.
 *
 * The segment is locked first, so that it is not deleted meanwhile. Then its membership is locked, so that changes of the same
 * segment are made one after the other: counts are exact, and members join in the order of their places.
 */
export function changeMembers(db: Database) {
  const columns = {
    ...COLUMNS.batch('accountId', 'id'),
    ...ORIGIN,
    // As JSON, because unnest flattens an array of arrays
    to_add: { type: 'text' as const, of: ({ add }: KeyedChange) => JSON.stringify(add) },
    to_remove: { type: 'text' as const, of: ({ remove }: KeyedChange) => JSON.stringify(remove) },
  };
  const wanted = unnest<KeyedChange>('wanted', columns, { numbered: true });
  const run = prepare(db, 'change_members', statement(changing(wanted.table)), changeOf);
  const ensure = ensureMemberships(db);

  const change = async (calls: readonly KeyedChange[]): Promise<(Changed | null)[]> => {
    const changed = inOrderOf(calls, await run(wanted.fill(calls)));
    const ensured = await ensure(calls.filter((_, i) => changed[i] === null));
    if (ensured.length === 0) return changed;
    const changedLater = inOrderOf(calls, await run(wanted.fill(ensured)));
    return calls.map((_, i) => changed[i] ?? changedLater[i] ?? null);
  };

  return batch<KeyedChange, Changed | null>(db, change, { accountOf, rowOf, ...MOST });
}

const changing = (wanted: SQL): SQL => sql`
  with held as materialized (
    select segment.*, wanted.n as call, wanted.request_id, wanted.actor, wanted.to_add, wanted.to_remove
    from ${wanted} inner join ${segments} as segment
      on (segment.account_id, segment.id) = (wanted.account_id, wanted.id)
    order by wanted.n for share of segment
  ),
  current as materialized (
    select held.*, membership.generation, membership.last_place
    from held inner join ${memberships} as membership
      on (membership.account_id, membership.segment_id) = (held.account_id, held.id)
    order by held.call for no key update of membership
  ),
  added as (
    insert into ${members} (account_id, segment_id, generation, customer_id, place, joined_at)
    select current.account_id, current.id, current.generation, customer.id, current.last_place + customer.i, now()
    from current cross join lateral jsonb_array_elements_text(current.to_add::jsonb) with ordinality as customer (id, i)
    on conflict do nothing returning account_id, segment_id, customer_id, place
  ),
  removed as (
    delete from ${members} as member
    using current cross join lateral jsonb_array_elements_text(current.to_remove::jsonb) as customer (id)
    cross join lateral ${memberOf({
      account: sql`current.account_id`,
      customer: sql`customer.id`,
      segment: sql`current.id`,
      generation: sql`current.generation`,
    })} as found
    where member.ctid = found.address
    returning member.account_id, member.segment_id, member.customer_id, member.place
  ),
  done as materialized (
    select current.*, change.is_added, change.customer_ids, change.count
    from current inner join (
      select account_id, segment_id, true as is_added, count(*), json_agg(customer_id order by place) as customer_ids
      from added group by account_id, segment_id
      union all
      select account_id, segment_id, false, count(*), json_agg(customer_id order by place)
      from removed group by account_id, segment_id
    ) as change on (change.account_id, change.segment_id) = (current.account_id, current.id)
  ),
  counted as (
    update ${memberships} as membership
    set count = membership.count + total.difference, last_place = membership.last_place + total.places
    from (
      select account_id, id, sum(case when is_added then count else -count end) as difference,
        max(case when is_added then jsonb_array_length(to_add::jsonb) else 0 end) as places
      from done group by account_id, id
    ) as total
    where (membership.account_id, membership.segment_id) = (total.account_id, total.id)
  ),
  written as materialized (select done.*, row_number() over (order by call, is_added desc) as n from done),
  ${appendEvents({
    type: sql`case when written.is_added then 'SEGMENT_MEMBERS_ADDED' else 'SEGMENT_MEMBERS_REMOVED' end`,
    version: sql`written.version`,
    segment: JSON_COLUMNS.of(sql`written`),
    details: sql`json_build_object('customer_ids', written.customer_ids)`,
  })}
  select ${selectSegment(alias(segments, 'current'))},
    coalesce((select count from done where done.call = current.call and done.is_added), 0),
    coalesce((select count from done where done.call = current.call and not done.is_added), 0)
  from current`;

const { width } = COLUMNS.reader();

function changeOf(values: Values): Changed & Key {
  const segment = segmentOf(values);
  const { accountId, id } = segment;
  return { accountId, id, added: Number(values[width]), removed: Number(values[width + 1]), segment };
}
