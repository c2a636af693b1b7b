import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database, Lane } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { milliseconds, momentOf, prepare, statement, type Values } from '../../database/statement.ts';
import { members, memberships } from '../../database/tables/members.ts';
import type { Member } from '../member.ts';
import type { MemberWindow } from '../member-list.ts';

/** A part of the members of a segment. */
export interface MemberSlice {
  members: Member[];
  /** Whether there are more in the direction of paging. */
  hasMore: boolean;
}

type List = MemberWindow & { accountId: string; segmentId: string };

/** Max members that a call can read in the lane of small statements. */
const SMALL = 20;
const MOST = { small: { largest: 100, shared: 10 }, large: { largest: 20, shared: 5 } };

/** Reads a part of the members of a segment, in the order in which they joined. */
export function listMembers(db: Database) {
  const reading = (isBackward: boolean) => {
    const small = listing(db, isBackward, MOST.small);
    const large = listing(db.large, isBackward, MOST.large);
    return (list: List) => (list.size > SMALL ? large(list) : small(list));
  };
  const [forward, backward] = [reading(false), reading(true)];
  return (list: List): Promise<MemberSlice> => (list.backward ? backward : forward)(list);
}

const COLUMNS: BatchColumns<List> = {
  account_id: { type: 'text', of: accountOf },
  segment_id: { type: 'text', of: ({ segmentId }) => segmentId },
  low: { type: 'bigint', of: ({ after }) => after ?? 0 },
  high: { type: 'bigint', of: ({ before }) => before ?? Number.MAX_SAFE_INTEGER },
  size: { type: 'int', of: ({ size }) => size + 1 },
};

function listing(lane: Lane, backward: boolean, most: { largest: number; shared: number }) {
  const wanted = unnest<List>('wanted', COLUMNS, { numbered: true });
  const direction = sql.raw(backward ? 'desc' : 'asc');
  const query = statement(sql`
    select wanted.n, page.customer_id, page.place, ${milliseconds(sql`page.joined_at`)}
    from ${wanted.table} inner join ${memberships} as membership
      on (membership.account_id, membership.segment_id) = (wanted.account_id, wanted.segment_id)
    cross join lateral (
      select * from ${members} as member
      where (member.account_id, member.segment_id, member.generation)
        = (wanted.account_id, wanted.segment_id, membership.generation)
        and member.place > wanted.low and member.place < wanted.high
      order by member.segment_id ${direction}, member.generation ${direction}, member.place ${direction} limit wanted.size
    ) as page`);
  const run = prepare(lane, `list_members_${backward ? 'desc' : 'asc'}`, query, rowOf);

  return batch<List, MemberSlice>(
    lane,
    async (lists) => {
      const found = lists.map((): Member[] => []);
      for (const { call, member } of await run(wanted.fill(lists))) found[call - 1]?.push(member);
      return lists.map(({ size }, i) => sliceOf(found[i] ?? [], size, backward));
    },
    { accountOf, ...most },
  );
}

const rowOf = ([call, customerId, place, joinedAt]: Values) => ({
  call: Number(call),
  member: { customerId: String(customerId), place: Number(place), joinedAt: momentOf(joinedAt) },
});

function sliceOf(found: readonly Member[], size: number, backward: boolean): MemberSlice {
  const members = found.slice(0, size);
  return { members: backward ? members.reverse() : members, hasMore: found.length > size };
}
