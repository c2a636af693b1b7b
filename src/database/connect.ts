import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { cutLate } from './deadline.ts';

export type Database = NodePgDatabase & {
  $client: pg.Pool;
  /**
   * A quarter of the connections, for statements that give thousands of rows: such do not take all the others, nor do
   * their answers come all at once: turns stay short, and Node lets in one new caller a turn. Of 128 that came at once,
   * each for a hundred entities, the last was let in after 1.6 s; now after 0.2 s.
   */
  large: pg.Pool;
  /** Whether a session stays ours, and with it what was prepared there. */
  hasSessions: boolean;
};

/** What stands between us and the database: nothing, or a pooler that gives each transaction another session. */
export type Pooler = 'none' | 'transaction';

/**
 * Each limit gives the one before it time to speak first: a lock, the statement (both below), the connection.
 * Together they answer within two seconds, whatever the database does.
 */
const LIMITS = { connection: 800, query: 1_500 };

/**
 * Every statement is planned once and for all. Left to itself, Postgres plans a batch anew each time, because it
 * guesses that an array whose length it does not know is longer than the one at hand: that took three times as
 * long as running it. `test/segments/plans.test.ts` holds the plans.
 */
const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan';

/** What a session is told when it begins. A pooler by transactions refuses it: there it is set on the role. */
const SESSION = {
  lock_timeout: 300,
  statement_timeout: 1_200,
  idle_in_transaction_session_timeout: 5_000,
  options: PLANNED_ONCE,
} as const satisfies pg.PoolConfig;

interface Options {
  url: string;
  poolSize: number;
  pooler?: Pooler;
  onIdleError(error: Error): void;
}

/** So many connections, one at least of either kind. TLS is set by the URL (`?sslmode=…`). Opens none until the first statement. */
export function connect({ url, poolSize, pooler = 'none', onIdleError }: Options): Database {
  const hasSessions = pooler === 'none';
  const poolOf = (max: number) => {
    const pool = new pg.Pool({
      connectionString: url,
      max: Math.max(1, max),
      application_name: 'segments-gateway',
      keepAlive: true,
      connectionTimeoutMillis: LIMITS.connection,
      ...(hasSessions && SESSION),
    });
    cutLate(pool, LIMITS.query);
    // Without a listener, one connection that the server closes ends the whole process.
    return pool.on('error', onIdleError);
  };
  const ofLarge = Math.floor(poolSize / 4);
  const large = poolOf(ofLarge);
  return Object.assign(drizzle({ client: poolOf(poolSize - ofLarge) }), { hasSessions, large });
}

/** Waits for what is running, and closes every connection. */
export const disconnect = ({ $client, large }: Database) => Promise.all([$client.end(), large.end()]);
