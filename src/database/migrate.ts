import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { WrongConfig } from '../wrong-config.ts';
import { arrive, type Wait } from './arrive.ts';
import { requireUtf8 } from './encoding.ts';
import { migrationsFolder, type Standing, standingOf } from './migrations.ts';

/** Any number that no other program on the database takes for its own lock: "segments", read as base 36. */
const LOCK = Number.parseInt('segments', 36);
/** How long another process may take to migrate, and how often it is looked whether it has ended. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 250;

interface Options extends Partial<Wait> {
  /** Whether a database that a newer version has migrated is good enough, as for a roll-back. */
  mayBeNewer?: boolean;
}

/**
 * Brings the database to this version's tables. Any number of gateways may start at once: the first applies, the others
 * wait. Where nothing is to be applied, it only reads, and needs no right to make anything. Refuses a database that a
 * newer version has migrated. Throws WrongConfig where the role lacks a right.
 */
export async function migrate(url: string, { mayBeNewer = false, ...wait }: Options = {}): Promise<void> {
  const { seconds = 0, onWait = () => {}, signal } = wait;
  const client = await arrive(url, 'segments-gateway migrate', { seconds, onWait, signal });
  const giveUp = () => client.end();
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    await requireUtf8(client);
    if (isDone(await standingOf(client), mayBeNewer)) return;
    await takeTurn(client, wait);
    if (isDone(await standingOf(client), mayBeNewer)) return;
    await applyMigrations(drizzle({ client }), { migrationsFolder });
  } catch (error) {
    throw inWords(error, client.user ?? '');
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await client.end();
  }
}

/**
 * Begins a transaction in which no other process migrates; Drizzle itself takes no lock (drizzle-orm #874). The lock is one of
 * the transaction, which Drizzle's own ends: behind a pooler, a lock of the session would be nobody's. It is tried again and
 * not waited for, since a session that waits goes on doing so when its client has left.
 */
async function takeTurn(client: pg.Client, { onWait, signal }: Partial<Wait>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    await client.query('begin');
    const { rows } = await client.query('select pg_try_advisory_xact_lock($1) as is_ours', [LOCK]);
    if (rows[0]?.is_ours) return;
    await client.query('rollback');
    if (performance.now() > end)
      throw new Error('Another process has been migrating the database for ten minutes.');
    if (isFirst) onWait?.('another process is migrating it');
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Whether there is nothing to apply. Throws where the database is too new. */
function isDone({ lacks, unknown, known }: Standing, mayBeNewer: boolean): boolean {
  if (unknown && !mayBeNewer) {
    throw new Error(
      `The database is newer than this version: it is at the migration of ${unknown.toISOString()}, and this version knows none after ${known.toISOString()}. Start the version that migrated it or a later one; to go back to this one for a while, set DATABASE_NEWER=serve.`,
    );
  }
  return !lacks;
}

/** What a role without rights is told: what it lacks, and what to run as whom. */
function inWords(error: unknown, role: string): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error; // Drizzle wraps it
  if (!(cause instanceof pg.DatabaseError)) return error;
  if (cause.code === '42501' && /__drizzle_migrations|schema drizzle/.test(cause.message)) {
    return new WrongConfig(
      `DATABASE_URL must name a role that may see which migrations the database has; ${JSON.stringify(role)} may not (${cause.message}). As the owner of the tables, run: grant usage on schema drizzle to ${JSON.stringify(role)}; grant select on drizzle.__drizzle_migrations to ${JSON.stringify(role)};`,
    );
  }
  if (cause.code === '42501' || cause.code === '25006') {
    return new WrongConfig(
      `DATABASE_URL must name a role that may make tables, since the database lacks migrations of this version; ${JSON.stringify(role)} may not (${cause.message}). Run "segments migrate" with a DATABASE_URL of the owner of the tables, then start again.`,
    );
  }
  return error;
}
