import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import { arrive, type Wait } from './arrive.ts';
import { requireUtf8 } from './encoding.ts';

/** Any number that no other program on the database takes for its own lock: "segments", read as base 36. */
const LOCK = Number.parseInt('segments', 36);

/** From the sources and from the bundle, the package's folder is the one that holds package.json. */
const migrationsFolder = join(dirname(findPackageJSON(import.meta.url) ?? '.'), 'drizzle');

/**
 * Brings the database to this version's tables. Any number of gateways may start at once: the first applies,
 * the others wait. Drizzle takes no lock of its own (drizzle-orm #874). A process that dies lets go of the lock.
 */
export async function migrate(url: string, wait?: Wait): Promise<void> {
  const client = await arrive(url, 'segments-gateway migrate', wait);
  try {
    await requireUtf8(client);
    // In a transaction, which Drizzle's own ends: behind a pooler, a lock of the session would be nobody's.
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await applyMigrations(drizzle({ client }), { migrationsFolder });
  } finally {
    await client.end();
  }
}
