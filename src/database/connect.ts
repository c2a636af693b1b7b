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
    ...LIMITS,
  });
  // Without a listener, one connection that the server closes ends the whole process.
  pool.on('error', onIdleError);
  return drizzle({ client: pool });
}
