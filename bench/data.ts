import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { digestOf, newToken } from '../src/accounts/token.ts';
import { migrate } from '../src/database/migrate.ts';
import { clusterFolder, urlOf } from '../src/embedded-postgres/postmaster.ts';
import { startEmbedded } from '../src/embedded-postgres/server.ts';

/** Accounts have at least a hundred segments, so that a deep page is as full in a small table as in a large one. */
const MAX_ACCOUNTS = 1_000;
const PER_ACCOUNT = 100;
/** A session with these options does not log what it writes to the event log. */
export const WITHOUT_EVENTS = '-c segments.events=written';
/** The accounts that the requests come from, and how many segments of each they use. */
const LOADED = { accounts: 50, segments: 100 };

export interface Sample {
  account: string;
  token: string;
  ids: string[];
}

export interface Data {
  url: string;
  samples: Sample[];
  /** The version of Postgres. */
  version: string;
}

/** Starts Postgres for the run, with the default durability, unless BENCH_DATABASE_URL names one. */
export async function startPostgres(folder: string) {
  const given = process.env.BENCH_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  mkdirSync(folder, { recursive: true });
  const { stop } = await startEmbedded(folder, { settings: ['max_connections=300', 'shared_buffers=1GB'] });
  return { url: urlOf(clusterFolder(folder), { role: 'postgres' }), stop }; // as superuser, which can create databases
}

/** The process id of the Postgres that was started in a folder. */
export const postmasterOf = (folder: string): number =>
  Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/**
 * Opens a database of a server. Creates it if it does not exist, and migrates it. The client does not log events: a run starts
 * with an empty log, and the trigger would take minutes for a million rows.
 */
export async function openDatabase(
  server: string,
  name: string,
): Promise<{ url: string; client: pg.Client }> {
  const admin = new pg.Client(server);
  await admin.connect();
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
  if (!rowCount) await admin.query(`create database ${name}`);
  await admin.end();
  const url = server.replace('/postgres?', `/${name}?`);
  await migrate(url);
  const client = new pg.Client({ connectionString: url, options: WITHOUT_EVENTS });
  await client.connect();
  return { url, client };
}

/** Opens a database with so many segments, distributed evenly among the accounts. It is filled once and kept. */
export async function loadData(server: string, rows: number): Promise<Data> {
  const { url, client } = await openDatabase(server, `bench_${rows}`);
  try {
    const { rows: counted } = await client.query('select count(*)::int as n from segments');
    if (counted[0].n < rows) await fill(client, rows);
    const { rows: said } = await client.query('show server_version');
    return { url, samples: await sampled(client), version: `Postgres ${said[0].server_version}` };
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, rows: number): Promise<void> {
  await client.query('truncate segments');
  await client.query(`create or replace function base62(n bigint) returns text language plpgsql immutable as $$
    declare digits text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'; word text := '';
    begin for i in 1..8 loop word := substr(digits, (n % 62)::int + 1, 1) || word; n := n / 62; end loop; return word; end $$`);
  await client.query(
    `insert into segments select 'account-' || (g % $2), base62(1700000000000 + g) || base62((random() * 62 ^ 7)::bigint),
      'Segment ' || (g / $2 % 97), 'Customers who spend more than $' || g || ' per month', 'Made for the benchmark',
      to_timestamp(1700000000 + g / 1000.0), to_timestamp(1700000000 + g / 1000.0) from generate_series(1, $1) g`,
    [rows, Math.min(MAX_ACCOUNTS, rows / PER_ACCOUNT)],
  );
  await client.query('vacuum analyze segments');
  await client.query('checkpoint');
}

async function sampled(client: pg.Client): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let i = 0; i < LOADED.accounts; i++) {
    const account = `account-${i}`;
    const token = newToken();
    await client.query(
      `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write}')`,
      [digestOf(token), account],
    );
    // From the middle of the account's list, where deep pages start.
    const { rows } = await client.query(
      'select id from segments where account_id = $1 order by id desc offset (select count(*) / 2 from segments where account_id = $1) limit $2',
      [account, LOADED.segments],
    );
    samples.push({ account, token, ids: rows.map(({ id }) => id) });
  }
  return samples;
}
