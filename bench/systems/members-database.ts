import { pool, type Row } from './database.ts';

/** The statements on members of the peers. The generation of a segment is looked up first, so that the index gives the order. */

export interface Member {
  customer_id: string;
  place: string;
  joined_at: Date;
}

async function rowsOf<Of extends object>(name: string, text: string, values: unknown[]): Promise<Of[]> {
  return (await pool.query<Of>({ name, text, values })).rows;
}

const GENERATION = '(select generation from memberships where account_id = $1 and segment_id = $2)';
const PAGE = (after: string) =>
  `select customer_id, place, joined_at from members
   where account_id = $1 and segment_id = $2 and generation = ${GENERATION} and place > ${after} order by place limit $4`;
const PLACE = `(select place from members where account_id = $1 and customer_id = $3 and segment_id = $2 and generation = ${GENERATION})`;

/** Reads one row more than the page has, to find out whether there are more. */
export const membersAfter = (account: string, segmentId: string, size: number, place: number) =>
  rowsOf<Member>('members_after_place', PAGE('$3::bigint'), [account, segmentId, place, size + 1]);

/** The same, after a customer. */
export const membersAfterCustomer = (account: string, segmentId: string, size: number, customerId: string) =>
  rowsOf<Member>('members_after', PAGE(PLACE), [account, segmentId, customerId, size + 1]);

export async function findMember(account: string, segmentId: string, customerId: string) {
  const text = `select customer_id, place, joined_at from members
    where account_id = $1 and customer_id = $3 and segment_id = $2 and generation = ${GENERATION}`;
  const [member] = await rowsOf<Member>('find_member', text, [account, segmentId, customerId]);
  return member ?? null;
}

const COLUMNS =
  'segment.id, segment.name, segment.criteria, segment.description, segment.created_at, segment.updated_at';
const OF_CUSTOMER = (customer: string) => `from members as member
  inner join memberships using (account_id, segment_id, generation)
  inner join segments as segment on segment.account_id = member.account_id and segment.id = member.segment_id
  where member.account_id = $1 and member.customer_id = ${customer} order by member.segment_id desc`;

export const segmentsOfCustomer = (account: string, customerId: string, size: number) =>
  rowsOf<Row>('segments_of_customer', `select ${COLUMNS} ${OF_CUSTOMER('$2')} limit $3`, [
    account,
    customerId,
    size + 1,
  ]);

/** The segments of many customers, with one statement. */
export async function segmentsOfCustomers(account: string, customerIds: readonly string[], size: number) {
  const text = `select wanted.id as customer_id, found.* from unnest($2::text[]) as wanted (id)
    cross join lateral (select ${COLUMNS} ${OF_CUSTOMER('wanted.id')} limit $3) as found`;
  const rows = await rowsOf<Row & { customer_id: string }>('segments_of_customers', text, [
    account,
    customerIds,
    size + 1,
  ]);
  const byCustomer = Map.groupBy(rows, ({ customer_id }) => customer_id);
  return customerIds.map((id): Row[] => byCustomer.get(id) ?? []);
}

export interface Pair {
  customerId: string;
  segmentId: string;
}

/** Whether each of these customers is in the segment beside it, with one statement. */
export async function areMembers(account: string, pairs: readonly Pair[]): Promise<boolean[]> {
  const text = `select member.customer_id, member.segment_id from unnest($2::text[], $3::text[]) as wanted (customer_id, segment_id)
    inner join memberships on memberships.account_id = $1 and memberships.segment_id = wanted.segment_id
    inner join members as member on member.account_id = $1 and member.customer_id = wanted.customer_id
      and member.segment_id = wanted.segment_id and member.generation = memberships.generation`;
  const rows = await rowsOf<{ customer_id: string; segment_id: string }>('are_members', text, [
    account,
    pairs.map(({ customerId }) => customerId),
    pairs.map(({ segmentId }) => segmentId),
  ]);
  const found = new Set(rows.map((row) => `${row.segment_id} ${row.customer_id}`));
  return pairs.map(({ segmentId, customerId }) => found.has(`${segmentId} ${customerId}`));
}

/** Adds customers to a segment whose membership has a row, and returns how many were added; null if it has none. */
export async function addMembers(account: string, segmentId: string, customerIds: readonly string[]) {
  const text = `with membership as (
      select generation, last_place from memberships where account_id = $1 and segment_id = $2 for no key update
    ), added as (
      insert into members (account_id, segment_id, generation, customer_id, place, joined_at)
      select $1, $2, generation, customer.id, last_place + customer.n, now()
      from membership cross join unnest($3::text[]) with ordinality as customer (id, n)
      on conflict do nothing returning place
    ), counted as (
      update memberships set count = count + total.added, last_place = total.last_place
      from (select count(*) as added, max(place) as last_place from added) as total
      where account_id = $1 and segment_id = $2 and total.added > 0
    )
    select (select count(*)::int from added) as added from membership`;
  const [row] = await rowsOf<{ added: number }>('add_members', text, [account, segmentId, customerIds]);
  return row?.added ?? null;
}
