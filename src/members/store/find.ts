import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { milliseconds, momentOf, prepare, statement } from '../../database/statement.ts';
import { members, memberships } from '../../database/tables/members.ts';
import type { Member } from '../member.ts';

/** A customer, and the segments in which to find it. */
interface Wanted {
  accountId: string;
  customerId: string;
  segmentIds: readonly string[];
}

/** Max calls in a statement, and of one account in a statement with others: a call can have a thousand segments. */
const MOST = {
  few: { largest: 1_000, shared: 100 },
  many: { largest: 10, shared: 2 },
};
const FEW = 10;

/**
 * Finds a customer in segments. Returns the member of each segment that the customer belongs to, by the id of the segment.
 *
 * The customer is looked up first, in any generation: usually in none, and then there is nothing to compare it with. The key is
 * written as a range, because with `=`, Postgres may look for the customer among all members of the segment.
 */
export function findMembers(db: Database) {
  const wanted = unnest<Wanted>(
    'wanted',
    {
      account_id: { type: 'text', of: accountOf },
      customer_id: { type: 'text', of: ({ customerId }) => customerId },
      segment_ids: { type: 'text', of: ({ segmentIds }) => segmentIds.join(' ') },
    },
    { numbered: true },
  );
  const query = statement(sql`
    select wanted.n, member.segment_id, member.customer_id, member.place, ${milliseconds(sql`member.joined_at`)}
    from ${wanted.table} cross join lateral unnest(string_to_array(wanted.segment_ids, ' ')) as each (id)
    cross join lateral (
      select * from ${members} as member
      where member.account_id = wanted.account_id
        and (member.customer_id, member.segment_id) >= (wanted.customer_id, each.id)
        and (member.customer_id, member.segment_id) <= (wanted.customer_id, each.id)
      offset 0
    ) as member
    inner join ${memberships} as membership
      on (membership.account_id, membership.segment_id, membership.generation)
        = (member.account_id, member.segment_id, member.generation)`);
  const load = (
    name: string,
    lane: Database | Database['large'],
    most: { largest: number; shared: number },
  ) => {
    const run = prepare(lane, name, query, ([call, segmentId, customerId, place, joinedAt]) => ({
      call: Number(call),
      segmentId: String(segmentId),
      member: { customerId: String(customerId), place: Number(place), joinedAt: momentOf(joinedAt) },
    }));
    return batch<Wanted, Map<string, Member>>(
      lane,
      async (calls) => {
        const found = calls.map(() => new Map<string, Member>());
        for (const { call, segmentId, member } of await run(wanted.fill(calls)))
          found[call - 1]?.set(segmentId, member);
        return found;
      },
      { accountOf, ...most },
    );
  };
  const few = load('find_members', db, MOST.few);
  const many = load('find_members', db.large, MOST.many);
  return (call: Wanted): Promise<ReadonlyMap<string, Member>> =>
    call.segmentIds.length <= FEW ? few(call) : many(call);
}
