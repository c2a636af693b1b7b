import pg from 'pg';
import { digestOf, newToken } from '../../src/accounts/token.ts';
import { openDatabase, type Sample } from '../data.ts';

/** The database of a run: an empty one, so that nothing but the run is in the log. */
export interface LiveDatabase {
  url: string;
  /** The version of Postgres. */
  version: string;
  /** Creates an account with a token and a hundred segments. */
  account(name: string): Promise<Sample>;
  /** The number of transactions so far, which the gateway's statements are, each. */
  statements(): Promise<number>;
  close(): Promise<void>;
}

const NAME = 'bench_live';

/** Opens and empties the database. */
export async function openLiveDatabase(server: string): Promise<LiveDatabase> {
  const { url, client } = await openDatabase(server, NAME);
  await client.query('truncate segments, events, event_heads, api_tokens');
  // Connected to another database, so that counting is not counted.
  const counter = new pg.Client(server);
  await counter.connect();
  const { rows: said } = await client.query('show server_version');
  return {
    url,
    version: `Postgres ${said[0].server_version}`,
    async account(account) {
      const token = newToken();
      await client.query(
        `insert into api_tokens (digest, id, account_id, name, scopes) values ($1, gen_random_uuid(), $2, 'bench', '{segments:read,segments:write}')`,
        [digestOf(token), account],
      );
      const { rows } = await client.query(
        `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
         select $1, substr(md5($1 || g), 1, 16), 'Segment ' || g, 'Customers of 2025', '', now(), now() from generate_series(1, 100) g
         returning id`,
        [account],
      );
      return { account, token, ids: rows.map(({ id }) => id) };
    },
    async statements() {
      const { rows } = await counter.query(
        'select xact_commit::int as n from pg_stat_database where datname = $1',
        [NAME],
      );
      return rows[0].n;
    },
    async close() {
      await client.end();
      await counter.end();
    },
  };
}
