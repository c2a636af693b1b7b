import pg from 'pg';

const LOCK = Number.parseInt('tenancy', 36);
/** Long enough for a gateway that is just stopping to be gone. */
const PATIENCE = '3s';

/**
 * Makes this process the only one that serves a folder. Postgres holds the lock, so it ends with the process,
 * however that dies. Gives the way to let go.
 */
export async function takeFolder(url: string, dataDir: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url, application_name: 'segments-gateway tenancy' });
  client.on('error', () => {}); // the server went away, and the lock with it
  await client.connect();
  try {
    await client.query(`set lock_timeout = '${PATIENCE}'`);
    await client.query('select pg_advisory_lock($1)', [LOCK]);
  } catch (error) {
    await client.end();
    if (!(error instanceof pg.DatabaseError && error.code === '55P03')) throw error;
    throw new Error(
      `DATA_DIR is ${JSON.stringify(dataDir)}, which another gateway serves: stop that one, set another DATA_DIR, or give both one Postgres by DATABASE_URL.`,
    );
  }
  return () => client.end();
}
