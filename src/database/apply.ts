import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { buildIndex, indexIn } from './build-index.ts';
import type { Wait } from './connect-when-ready.ts';
import type { Migration } from './migrations.ts';

/**
 * How long a statement waits for its lock, and those of the gateways behind it: shorter than these wait for a lock themselves.
 * Then everything that waited goes on, and the migration is tried again later.
 */
const LOCK_MS = 100;
/** Between tries; up to as much again by chance. */
const PAUSE_MS = 1_000;
const PATIENCE_MS = 10 * 60_000;

/** SQLSTATEs of a lock that was not had in time, and of a deadlock: both may go well the next time. */
const LOCKED = /^(55P03|40P01)$/;

/** Migrations are recorded where Drizzle does, so that older versions know them. */
const RECORD = 'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)';

/**
 * Applies migrations while gateways are at work: no statement makes others wait for longer than they can. One that is
 * interrupted, wherever, can be applied again. Throws if a lock cannot be had in ten minutes.
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
  if (rows[0]?.made) return; // a role that may use the schema need not be one that may make it
  await client.query('create schema if not exists drizzle');
  await client.query(
    'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  );
}

/** All of a migration, and its record, or nothing. */
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

/** A migration of indexes that are built while the table is written. That is no matter of one transaction. */
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
      const reason = 'a transaction holds what a migration has to lock';
      if (isFirst) observe?.({ kind: 'database_awaited', reason });
    }
    await sleep(PAUSE_MS * (1 + Math.random()), undefined, { signal });
  }
}
