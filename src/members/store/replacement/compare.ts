import { type SQL, sql } from 'drizzle-orm';
import { events } from '../../../database/tables/events.ts';
import { members, memberships } from '../../../database/tables/members.ts';
import { segments } from '../../../database/tables/segments.ts';
import type { Send } from '../../../database/transaction.ts';
import type { Origin } from '../../../events/origin.ts';
import { JSON_COLUMNS } from '../../../segments/store/row.ts';
import { MAX_IDS } from '../../member.ts';
import type { Replacement } from './begin.ts';

/** The state of a membership. Any change of its members changes it: an addition raises the last place, a removal lowers the count. */
export interface Membership {
  generation: number;
  count: number;
  lastPlace: number;
}

/** What a replacement changes, compared with a state of the membership. */
export interface Difference extends Membership {
  added: number;
  removed: number;
  /** How many of those added were given other places. */
  moved: number;
  /** How many events were prepared. */
  events: number;
}

interface Compared extends Replacement, Origin {
  /** The greatest place that it has given. */
  top: number;
}

/** The place in the log before the prepared events of a replacement. It is negative, where nobody looks. */
export const PREPARED = (generation: SQL): SQL => sql`(-${generation} - 4294967296)`;

/**
 * Compares a replacement with the members of its segment, and prepares the events of the differences. It takes the longest of all
 * that is done at the end, so it holds no lock. The events cannot be seen before the transaction commits.
 *
 * Customers may have joined or left since they were staged. Those who are members get the place and the time of their membership, and
 * those who have left are placed at the end. The events list the customers in the order of their places.
 */
export async function compare(send: Send, replacement: Compared): Promise<Difference | null> {
  const { accountId, id, generation, top, requestId, actor } = replacement;
  const [difference] = await send(
    sql`
    with membership as materialized (
      select * from ${memberships} where (account_id, segment_id) = (${accountId}, ${id})
    ),
    difference as materialized (
      select each.*, row_number() over (
        partition by each.kind order by each.kind = 'added' and each.place <= (select last_place from membership), each.place
      ) as i from (
        select coalesce(staged.customer_id, member.customer_id) as customer_id,
          case when member.customer_id is null then 'added' when staged.customer_id is null then 'removed' else 'kept' end as kind,
          coalesce(staged.place, member.place) as place, staged.address, member.place as member_place, member.joined_at as member_joined_at
        from (
          select customer_id, place, joined_at, ctid as address from ${members}
          where (account_id, segment_id, generation) = (${accountId}, ${id}, ${generation}::bigint)
        ) as staged
        full join (
          select customer_id, place, joined_at from ${members}
          where (account_id, segment_id, generation) = (${accountId}, ${id}, (select generation from membership))
        ) as member on member.customer_id = staged.customer_id
        where (staged.place, staged.joined_at) is distinct from (member.place, member.joined_at)
      ) as each
    ),
    misplaced as materialized (
      select address,
        case kind when 'kept' then member_place else ${top}::bigint + i end as place,
        case kind when 'kept' then member_joined_at else now() end as joined_at
      from difference
      where kind = 'kept' or (kind = 'added' and place <= (select last_place from membership))
    ),
    moved as (
      update ${members} as member set place = misplaced.place, joined_at = misplaced.joined_at from misplaced
      where member.ctid = misplaced.address
    ),
    portion as materialized (
      select kind, (i - 1) / ${sql.raw(String(MAX_IDS))} as n, json_build_object('customer_ids', json_agg(customer_id order by i)) as details
      from difference where kind <> 'kept' group by 1, 2
    ),
    prepared as (
      insert into ${events} (account_id, n, type, segment_id, version, request_id, actor, segment, before)
      select ${accountId}, ${PREPARED(sql`${generation}::bigint`)} + row_number() over (order by portion.kind, portion.n),
        case portion.kind when 'added' then 'SEGMENT_MEMBERS_ADDED' else 'SEGMENT_MEMBERS_REMOVED' end,
        ${id}, segment.version, ${requestId}, ${JSON.stringify(actor)}::json, ${JSON_COLUMNS.of(sql`segment`)}, portion.details
      from portion cross join ${segments} as segment where (segment.account_id, segment.id) = (${accountId}, ${id})
    )
    select generation, count, last_place, count_of.added, count_of.removed, count_of.moved, (select count(*) from portion)
    from membership cross join (
      select count(*) filter (where kind = 'added') as added, count(*) filter (where kind = 'removed') as removed,
        count(*) filter (where kind = 'added' and place <= (select last_place from membership)) as moved
      from difference
    ) as count_of`,
    ([generation, count, lastPlace, added, removed, moved, events]) => ({
      generation: Number(generation),
      count: Number(count),
      lastPlace: Number(lastPlace),
      added: Number(added),
      removed: Number(removed),
      moved: Number(moved),
      events: Number(events),
    }),
  );
  return difference ?? null;
}
