import type pg from 'pg';

export const ACCOUNTS = 50;
/** Segments of each account, apart from those that only some accounts have. */
const SEGMENTS = { read: 100, written: 10 };
const PER_CUSTOMER = 10;

/** The nth segment of an account. */
export const segmentAt = (nth: number): string => `${nth}`.padStart(16, '0');
const segmentOf = (nth: string) => `lpad((${nth})::text, 16, '0')`;

export const READ = Array.from({ length: SEGMENTS.read }, (_, i) => segmentAt(i + 1));
export const WRITTEN = Array.from({ length: SEGMENTS.written }, (_, i) => segmentAt(SEGMENTS.read + i + 1));
/** Segments of the first account, whose members are replaced. */
export const REPLACED = [segmentAt(201), segmentAt(202)];
export const LARGEST = { account: 'account-0', segmentId: segmentAt(300) };
export const WIDEST = { account: 'account-1', customerId: 'everywhere', after: 1_000 };

/** How a number of members is distributed. */
export function sharesOf(members: number) {
  const largest = Math.floor(members / 10);
  const widest = Math.floor(members / 1_000);
  const customers = Math.floor((members - largest - widest) / ACCOUNTS / PER_CUSTOMER);
  return { largest, widest, customers };
}

/**
 * Fills an empty database. Customers join one after the other: each of them ten segments of its account. In between, others join the
 * largest segment, some in a row. So the members of a segment are spread over the table, as they would be after some years.
 */
export async function fill(client: pg.Client, members: number): Promise<void> {
  const { largest, widest, customers } = sharesOf(members);
  await client.query('truncate segments, members, memberships, member_leftovers');
  await client.query(
    `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
     select account_id, ${segmentOf('n')}, 'Segment ' || n, 'Customers who spend more than $' || n || ' per month',
       'Made for the benchmark', to_timestamp(1700000000 + n), to_timestamp(1700000000 + n)
     from (
       select 'account-' || a as account_id, n from generate_series(0, ${ACCOUNTS - 1}) a, generate_series(1, ${SEGMENTS.read + SEGMENTS.written}) n
       union all select '${LARGEST.account}', n from unnest('{${[...REPLACED, LARGEST.segmentId].map(Number)}}'::int[]) n
       union all select '${WIDEST.account}', ${WIDEST.after} + n from generate_series(1, ${widest}) n
     ) as segment`,
  );
  await withoutIndexes(client, () =>
    client.query(
      `insert into members (account_id, segment_id, generation, customer_id, place, joined_at)
       select account_id, segment_id, 1, customer_id, place, to_timestamp(1700000000 + c)
       from generate_series(1, ${customers}) c cross join lateral (
         select 'account-' || a, ${segmentOf(`(c * 7 + i * 11) % ${SEGMENTS.read} + 1`)}, ${customerOf('a', 'c')}, c
         from generate_series(0, ${ACCOUNTS - 1}) a, generate_series(0, ${PER_CUSTOMER - 1}) i
         union all
         select '${LARGEST.account}', '${LARGEST.segmentId}', ${customerOf('0', 'n')}, n
         from generate_series((c - 1) * ${largest}::bigint / ${customers} + 1, c * ${largest}::bigint / ${customers}) n
       ) as member (account_id, segment_id, customer_id, place)
       union all
       select '${WIDEST.account}', ${segmentOf(`${WIDEST.after} + n`)}, 1, '${WIDEST.customerId}', 1, to_timestamp(1800000000)
       from generate_series(1, ${widest}) n`,
    ),
  );
  await client.query(
    `insert into memberships (account_id, segment_id, generation, count, last_place)
     select account_id, segment_id, 1, count(*), max(place) from members group by account_id, segment_id
     union all select account_id, id, 1, 0, 0 from segments where id = any($1)`,
    [[...WRITTEN, ...REPLACED]],
  );
  for (const table of ['segments', 'members', 'memberships']) await client.query(`vacuum analyze ${table}`);
  await client.query('checkpoint');
}

/** The nth customer of an account. The ids have no order, as those of most systems. */
const customerOf = (account: string, nth: string) =>
  `'customer-' || substr(md5(${account} || '/' || ${nth}), 1, 16)`;

/** Builds the indexes of members after its rows, which takes a fraction of the time. */
async function withoutIndexes(client: pg.Client, insert: () => Promise<unknown>): Promise<void> {
  const { rows: constraints } = await client.query(
    `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = 'members'::regclass and contype = 'p'`,
  );
  const { rows: indexes } = await client.query(
    `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = 'members'::regclass and not indisprimary`,
  );
  await client.query("set maintenance_work_mem = '1GB'");
  for (const { name } of constraints) await client.query(`alter table members drop constraint ${name}`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await insert();
  for (const { name, definition } of constraints) {
    await client.query(`alter table members add constraint ${name} ${definition}`);
  }
  for (const { definition } of indexes) await client.query(definition);
}
