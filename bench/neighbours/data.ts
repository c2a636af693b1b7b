import type pg from 'pg';
import { digestOf, newToken } from '../../src/accounts/token.ts';
import { openDatabase } from '../data.ts';
import type { Account } from './target.ts';

/** Opens a database with a big account and a small one. It is filled once and kept. */
export async function twoAccounts(server: string, rows: number) {
  const { url, client } = await openDatabase(server, `neighbours_${rows}`);
  try {
    await fill(client, 'big', rows);
    await fill(client, 'small', 1_000);
    await client.query(
      `insert into segments select 'big', 'Repetitive' || lpad(g::text, 6, '0'), 'Repetitive', repeat('ab', 2500), '', now(), now(), 1
       from generate_series(1, 300) g on conflict do nothing`,
    );
    await client.query('vacuum analyze segments');
    return { url, big: await account(client, 'big'), small: await account(client, 'small') };
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, account: string, rows: number): Promise<void> {
  await client.query(`delete from segments where account_id = $1 and length(ltrim(id, '0')) > 12`, [account]); // of earlier runs
  await client.query(
    `insert into segments select $1, lpad(g::text, 16, '0'), 'Segment ' || (g % 97), 'Customers who spend more than $' || g || ' per month',
       'Made for the benchmark', to_timestamp(1700000000 + g / 1000.0), to_timestamp(1700000000 + g / 1000.0), 1
     from generate_series(1, $2::int) g on conflict do nothing`,
    [account, rows],
  );
}

async function account(client: pg.Client, name: string): Promise<Account> {
  const token = newToken();
  await client.query(
    `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write,members:read,members:write}')`,
    [digestOf(token), name],
  );
  const { rows } = await client.query('select id from segments where account_id = $1 order by id limit 200', [
    name,
  ]);
  return { token, ids: rows.map(({ id }) => id) };
}
