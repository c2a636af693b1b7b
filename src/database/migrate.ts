import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WrongConfig } from '../wrong-config.ts';
import { applyMigrations } from './apply.ts';
import type { Pooler } from './connect.ts';
import { connectWhenReady, type Wait } from './connect-when-ready.ts';
import { requireUtf8 } from './encoding.ts';
import { type Standing, standingOf } from './migrations.ts';

/** Any number that no other program on the database takes for its own lock: "segments", read as base 36. */
const LOCK = Number.parseInt('segments', 36);
/** How long another process may take to migrate, and how often it is looked whether it has ended. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 250;

interface Options extends Partial<Wait> {
  /** Whether a database that a newer version has migrated is good enough, as for a roll-back. */
  mayBeNewer?: boolean;
  pooler?: Pooler | undefined;
}

/**
 * Brings the database to this version's tables, while gateways of the version before serve from it. Any number of gateways may
 * start at once: the first applies, the others wait. If there is nothing to apply, it only reads, and needs no right to make anything. Refuses
 * a database that a newer version has migrated. Throws WrongConfig if the role lacks a right.
 */
export async function migrate(url: string, options: Options = {}): Promise<void> {
  const { mayBeNewer = false, pooler = 'none', seconds = 0, observe = () => {}, signal } = options;
  const clients: pg.Client[] = [];
  const enter = async (application: string) => {
    const client = await connectWhenReady(url, application, { seconds, observe, signal });
    clients.push(client);
    signal?.throwIfAborted();
    return client;
  };
  const leave = () => Promise.all(clients.map((client) => client.end()));
  signal?.addEventListener('abort', leave);
  try {
    const client = await enter('segments-gateway migrate');
    await requireUtf8(client);
    if (isDone(await standingOf(client), mayBeNewer)) return;
    await takeTurn(await enter('segments-gateway migrate turn'), options);
    const standing = await standingOf(client);
    if (isDone(standing, mayBeNewer)) return;
    if (pooler === 'none') await takeTime(client);
    await applyMigrations(client, standing.lacking, options);
  } catch (error) {
    throw inWords(error, clients[0]?.user ?? '');
  } finally {
    signal?.removeEventListener('abort', leave);
    await leave();
  }
}

/**
 * Begins a transaction in which no other process migrates. The lock is one of the transaction: behind a pooler, a lock of the
 * session would be nobody's. It has a connection of its own, since an index cannot be built in a transaction. It is tried again and not waited for,
 * since a session that waits goes on doing so when its client has left.
 */
async function takeTurn(client: pg.Client, { observe, signal }: Partial<Wait>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    await client.query('begin');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    // Without a parameter: then nothing of this query stays open, for which the build of an index would wait.
    const { rows } = await client.query(`select pg_try_advisory_xact_lock(${LOCK}) as is_ours`);
    if (rows[0]?.is_ours) return;
    await client.query('rollback');
    if (performance.now() > end)
      throw new Error('Another process has been migrating the database for ten minutes.');
    if (isFirst) observe?.({ kind: 'database_awaited', reason: 'another process is migrating it' });
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/**
 * Lifts the time limits that a role may have. An index takes as long as it takes, and a lock that it waits for stands in nobody's way.
 * If this process is killed, Postgres gives up the build within a second; not every platform can tell.
 */
async function takeTime(client: pg.Client): Promise<void> {
  await client.query('set statement_timeout = 0; set lock_timeout = 0');
  await client.query(`set client_connection_check_interval = '1s'`).catch(() => {});
}

/** Whether there is nothing to apply. Throws where the database is too new. */
function isDone({ lacking, unknown, known }: Standing, mayBeNewer: boolean): boolean {
  if (unknown && !mayBeNewer) {
    throw new Error(
      `The database is newer than this version: it is at the migration of ${unknown.toISOString()}, and this version knows none after ${known.toISOString()}. Start the version that migrated it or a later one; to go back to this one for a while, set DATABASE_NEWER=serve.`,
    );
  }
  return lacking.length === 0;
}

/** What a role without rights is told: what it lacks, and what to run as whom. */
function inWords(error: unknown, role: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code === '42501' && /__drizzle_migrations|schema drizzle/.test(error.message)) {
    return new WrongConfig(
      `DATABASE_URL must name a role that may see which migrations the database has; ${JSON.stringify(role)} may not (${error.message}). As the owner of the tables, run: grant usage on schema drizzle to ${JSON.stringify(role)}; grant select on drizzle.__drizzle_migrations to ${JSON.stringify(role)};`,
    );
  }
  if (error.code === '42501' || error.code === '25006') {
    return new WrongConfig(
      `DATABASE_URL must name a role that may make tables, since the database lacks migrations of this version; ${JSON.stringify(role)} may not (${error.message}). Run "segments migrate" with a DATABASE_URL of the owner of the tables, then start again.`,
    );
  }
  return error;
}
