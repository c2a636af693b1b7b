import pg from 'pg';

const LOCK = Number.parseInt('tenancy', 36);
/** Long enough for a gateway that is stopping to finish. */
const PATIENCE = '3s';
/** A server that is up accepts a connection immediately, unless it was suspended. */
const CONNECT_MS = 20_000;

/**
 * Makes this process the only one that uses a folder. Postgres holds the lock, so it ends with the process, however that ends.
 * Returns a function that releases the folder; null if another process has it.
 */
export async function lockFolder(url: string): Promise<(() => Promise<void>) | null> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'segments-gateway tenancy',
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', () => {}); // the server is gone, and with it the lock
  await client.connect();
  try {
    await client.query(`set lock_timeout = '${PATIENCE}'`);
    await client.query('select pg_advisory_lock($1)', [LOCK]);
  } catch (error) {
    await client.end();
    if (error instanceof pg.DatabaseError && error.code === '55P03') return null;
    throw error;
  }
  return () => client.end();
}
