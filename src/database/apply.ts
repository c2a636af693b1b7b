import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { buildIndex, indexIn } from './build-index.ts';
import type { Wait } from './connect-when-ready.ts';
import type { Migration } from './migrations.ts';

/**
 * How long a statement waits for a lock. Statements of gateways queue behind it, so this is shorter than they wait for a lock
 * themselves. After that, they continue, and the migration is tried again later.
 */
const LOCK_MS = 100;
/** Pause between tries, plus up to as much again at random. */
const PAUSE_MS = 1_000;
const PATIENCE_MS = 10 * 60_000;

/** SQLSTATEs of a lock timeout and a deadlock. The next try may succeed. */
const LOCKED = /^(55P03|40P01)$/;

/** Migrations are recorded in Drizzle's table, where older versions look for them. */
const RECORD = 'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)';

/**
 * Applies migrations while gateways are running. No statement blocks others for longer than they can wait. An interrupted
 * migration can be applied again. Throws if a lock cannot be acquired within ten minutes.
 */
export async function applyMigrations(
  client: pg.Client,
  migrations: readonly Migration[],
  wait: Partial<Wait> = {},
): Promise<void> {
  await makeRecords(client);
  for (const migration of migrations) {
    const apply = migration.sql.some((statement) => indexIn(statement) !== undefined) ? build : change;
    await untilUnlocked(() => apply(client, migration, wait), wait);
  }
}

async function makeRecords(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`select to_regclass('drizzle.__drizzle_migrations') as made`);
  if (rows[0]?.made) return; // a role that can use the schema may not be allowed to create it
  await client.query('create schema if not exists drizzle');
  await client.query(
    'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  );
}

/** Applies a migration and records it, in one transaction. */
async function change(client: pg.Client, { sql, hash, folderMillis }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${LOCK_MS}; set local statement_timeout = 0`);
    for (const statement of sql) await client.query(statement);
    await client.query(RECORD, [hash, folderMillis]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection may be what failed
    throw error;
  }
}

/** Applies a migration that builds indexes concurrently, which cannot be done in a transaction. */
async function build(client: pg.Client, { sql, hash, folderMillis }: Migration, wait: Partial<Wait>) {
  for (const statement of sql) await buildIndex(client, statement, wait);
  await client.query(RECORD, [hash, folderMillis]);
}

async function untilUnlocked(run: () => Promise<void>, { observe, signal }: Partial<Wait>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await run();
    } catch (error) {
      const isLocked = error instanceof pg.DatabaseError && LOCKED.test(error.code ?? '');
      if (!isLocked || performance.now() > end) throw error;
      const reason = 'a transaction holds a lock that a migration needs';
      if (isFirst) observe?.({ kind: 'database_awaited', reason });
    }
    await sleep(PAUSE_MS * (1 + Math.random()), undefined, { signal });
  }
}
