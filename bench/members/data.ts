import type pg from 'pg';
import { digestOf, newToken } from '../../src/accounts/token.ts';
import { cursorOf } from '../../src/members/member-list.ts';
import { openDatabase } from '../data.ts';
import { ACCOUNTS, fill, LARGEST, READ, REPLACED, sharesOf, WIDEST, WRITTEN } from './fill.ts';
import type { MemberData, MemberSample, Stretch } from './sample.ts';

/** Customers of each account in the requests. */
const CUSTOMERS = 1_000;
/** Pages in each part of the largest segment. */
const PAGES = 400;
/** Members that remain after the last of them, so that every page is full. */
const SIZE = 10;

/** Opens a database with so many members. It is filled once and kept. What earlier runs have changed is undone. */
export async function openMembers(server: string, members: number): Promise<MemberData> {
  const { url, client } = await openDatabase(server, `bench_members_${members}`);
  try {
    const { rows: found } = await client.query('select from memberships where segment_id = $1', [
      LARGEST.segmentId,
    ]);
    if (found.length === 0) await fill(client, members);
    await reset(client);
    const { largest, widest } = sharesOf(members);
    const samples: MemberSample[] = [];
    for (let i = 0; i < ACCOUNTS; i++) samples.push(await sampleOf(client, `account-${i}`));
    const sampleAt = (account: string) => {
      const sample = samples.find((each) => each.account === account);
      if (!sample) throw new Error(`There is no sample of ${account}.`);
      return sample;
    };
    const tenth = Math.floor(largest / 10);
    const { rows: said } = await client.query('show server_version');
    return {
      url,
      version: `Postgres ${said[0].server_version}`,
      members,
      samples,
      largest: {
        sample: sampleAt(LARGEST.account),
        segmentId: LARGEST.segmentId,
        members: largest,
        beginning: await stretch(client, 1, tenth),
        middle: await stretch(client, 5 * tenth, tenth),
        end: await stretch(client, 9 * tenth, tenth - SIZE),
      },
      widest: { sample: sampleAt(WIDEST.account), customerId: WIDEST.customerId, segments: widest },
    };
  } finally {
    await client.end();
  }
}

async function reset(client: pg.Client): Promise<void> {
  const changed = [...WRITTEN, ...REPLACED];
  const { rowCount } = await client.query(
    `delete from members using (select account_id, id from segments where id = any($1)) as segment
     where (members.account_id, members.segment_id) = (segment.account_id, segment.id)`,
    [changed],
  );
  await client.query(
    'update memberships set count = 0, last_place = 0, generation = 1 where segment_id = any($1)',
    [changed],
  );
  await client.query('truncate events, event_heads, member_leftovers, api_tokens');
  if (rowCount) for (const table of ['members', 'memberships']) await client.query(`vacuum analyze ${table}`);
  await client.query('checkpoint');
}

async function sampleOf(client: pg.Client, account: string): Promise<MemberSample> {
  const token = newToken();
  await client.query(
    `insert into api_tokens (digest, id, account_id, name, scopes)
     values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write,members:read,members:write}')`,
    [digestOf(token), account],
  );
  const { rows } = await client.query(
    `select distinct customer_id as id from members where account_id = $1 and segment_id = any($2) limit $3`,
    [account, READ, CUSTOMERS],
  );
  const customers: string[] = rows.map(({ id }) => id);
  const { rows: found } = await client.query(
    `select segment_id as "segmentId", customer_id as "customerId" from members
     where account_id = $1 and customer_id = any($2) and segment_id = any($3) order by md5(customer_id || segment_id)`,
    [account, customers.slice(0, CUSTOMERS / 10), READ],
  );
  return { account, token, ids: READ, customers, found, written: WRITTEN };
}

/** Customers at places that are spread over a tenth of the largest segment. */
async function stretch(client: pg.Client, from: number, length: number): Promise<Stretch> {
  const { rows } = await client.query(
    `select customer_id as "customerId", place from members
     where (account_id, segment_id, generation) = ($1, $2, 1) and place >= $3::bigint and place < $3::bigint + $4::bigint
       and (place - $3) % greatest(1, $4 / $5) = 0
     order by place limit $5`,
    [LARGEST.account, LARGEST.segmentId, from, length, PAGES],
  );
  return {
    starts: rows.map(({ customerId, place }) => ({ customerId, cursor: cursorOf({ place: Number(place) }) })),
  };
}
