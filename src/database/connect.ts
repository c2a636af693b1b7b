import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';

export type Database = NodePgDatabase & { $client: pg.Pool };

/**
 * Each limit gives the one before it time to speak first: a lock, the statement, the driver.
 * Together they answer within two seconds, whatever the database does.
 */
const LIMITS = {
  connectionTimeoutMillis: 800,
  lock_timeout: 300,
  statement_timeout: 1_200,
  query_timeout: 1_500,
  idle_in_transaction_session_timeout: 5_000,
} as const satisfies pg.PoolConfig;

/**
 * Every statement is planned once and for all. Left to itself, Postgres plans a batch anew each time, because it
 * guesses that an array whose length it does not know is longer than the one at hand: that took three times as
 * long as running it. `test/segments/plans.test.ts` holds the plans.
 */
const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan';

interface Options {
  url: string;
  poolSize: number;
  onIdleError(error: Error): void;
}

/** A pool of connections. TLS is set by the URL (`?sslmode=…`). Opens none until the first statement. */
export function connect({ url, poolSize, onIdleError }: Options): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'segments-gateway',
    keepAlive: true,
    options: PLANNED_ONCE,
    ...LIMITS,
  });
  // Without a listener, one connection that the server closes ends the whole process.
  pool.on('error', onIdleError);
  return drizzle({ client: pool });
}
