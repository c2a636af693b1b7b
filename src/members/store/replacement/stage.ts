import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { isTooLate } from '../../../database/failure.ts';
import { prepare, statement } from '../../../database/statement.ts';
import { memberLeftovers, members, memberships } from '../../../database/tables/members.ts';
import { memberOf } from '../key.ts';
import { LEASE, type Replacement } from './begin.ts';

/** A part of the members of a replacement. The first of them is on this line. */
export interface Part {
  customerIds: readonly string[];
  firstLine: number;
}

/** `gone`: the segment is deleted. `lapsed`: the replacement was left for so long that its members are being removed. */
export type Staging = 'staged' | 'gone' | 'lapsed';

const given = (name: string, type: string): SQL => sql`${sql.placeholder(name)}::${sql.raw(type)}`;
const key = sql`${given('accountId', 'text')}, ${given('id', 'text')}, ${given('generation', 'bigint')}`;

/**
 * Adds members to a replacement. Customers who are members already keep their places. Those with a place after the base joined through
 * another replacement meanwhile; the end of this one gives them their places. A part that exceeds the time limit is sent again
 * in halves. It is safe to send a part twice.
 */
export function stageMembers({ large }: Database) {
  const run = prepare(large, 'stage_members', statement(staging), ([isKept, isThere]): Staging => {
    if (isThere !== true) return 'gone';
    return isKept === true ? 'staged' : 'lapsed';
  });

  const stage = async (replacement: Replacement, part: Part): Promise<Staging> => {
    const { accountId } = replacement;
    const { customerIds, firstLine } = part;
    try {
      const [staging] = await large.queue.run(accountId, () =>
        run({ ...replacement, customerIds, firstLine }),
      );
      return staging ?? 'gone';
    } catch (error) {
      if (!isTooLate(error) || customerIds.length === 1) throw error;
      const half = Math.ceil(customerIds.length / 2);
      const first = await stage(replacement, { customerIds: customerIds.slice(0, half), firstLine });
      if (first !== 'staged') return first;
      return stage(replacement, { customerIds: customerIds.slice(half), firstLine: firstLine + half });
    }
  };
  return stage;
}

/** The time of the clock, because the statement may have waited for a cleaner that began later. */
const staging: SQL = sql`
  with kept as materialized (
    update ${memberLeftovers} as leftover set removable_at = clock_timestamp() + ${LEASE}
    where (leftover.account_id, leftover.segment_id, leftover.generation) = (${key})
      and leftover.removable_at > clock_timestamp()
    returning leftover.account_id
  ),
  current as materialized (
    select membership.account_id, membership.segment_id, membership.generation from ${memberships} as membership
    where (membership.account_id, membership.segment_id) = (${given('accountId', 'text')}, ${given('id', 'text')})
  ),
  staged as (
    insert into ${members} (account_id, segment_id, generation, customer_id, place, joined_at)
    select current.account_id, current.segment_id, ${given('generation', 'bigint')}, line.customer_id,
      coalesce(member.place, ${given('base', 'bigint')} + ${given('firstLine', 'bigint')} + line.n - 1), coalesce(member.joined_at, now())
    from kept cross join current
    cross join unnest(${given('customerIds', 'text[]')}) with ordinality as line (customer_id, n)
    left join lateral ${memberOf({
      account: sql`current.account_id`,
      customer: sql`line.customer_id`,
      segment: sql`current.segment_id`,
      generation: sql`current.generation`,
    })} as member on member.place <= ${given('base', 'bigint')}
    on conflict (account_id, customer_id, segment_id, generation) do nothing
  )
  select exists (select from kept), exists (select from current)`;
