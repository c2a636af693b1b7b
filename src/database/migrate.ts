import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WrongConfig } from '../wrong-config.ts';
import { applyMigrations } from './apply.ts';
import type { Pooler } from './connect.ts';
import { connectWhenReady, type Wait } from './connect-when-ready.ts';
import { requireUtf8 } from './encoding.ts';
import { type Standing, standingOf } from './migrations.ts';

/** Key of the advisory lock: "segments" read as base 36, which no other program on the database should use. */
const LOCK = Number.parseInt('segments', 36);
/** How long another process may take to migrate, and the pause between checks whether it has finished. */
const PATIENCE_MS = 10 * 60_000;
const POLL_MS = 250;

interface Options extends Partial<Wait> {
  /** Whether to accept a database that a newer version has migrated, for example after a rollback. */
  mayBeNewer?: boolean;
  pooler?: Pooler | undefined;
  /** Called at the end, with a session on the migrated database. */
  verify?(client: pg.Client): Promise<void>;
}

/**
 * Migrates the database to this version while gateways of the previous version use it. Any number of gateways can start at once:
 * the first one migrates, the others wait. If there is nothing to apply, only reads, and needs no right to create anything.
 * Throws if a newer version has migrated the database. Throws WrongConfig if the role lacks a right.
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
    if (!isDone(await standingOf(client), mayBeNewer)) {
      await takeTurn(await enter('segments-gateway migrate turn'), options);
      const standing = await standingOf(client);
      if (!isDone(standing, mayBeNewer)) {
        if (pooler === 'none') await liftLimits(client);
        await applyMigrations(client, standing.lacking, options);
      }
    }
    await options.verify?.(client);
  } catch (error) {
    throw inWords(error, clients[0]?.user ?? '');
  } finally {
    signal?.removeEventListener('abort', leave);
    await leave();
  }
}

/**
 * Begins a transaction that keeps other processes from migrating. The transaction holds the lock, because behind a pooler, a
 * session belongs to no client. It has a connection of its own, because an index cannot be built in a transaction. The lock is
 * polled, because a session that waits for a lock goes on waiting after its client is gone.
 */
async function takeTurn(client: pg.Client, { observe, signal }: Partial<Wait>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (let isFirst = true; ; isFirst = false) {
    await client.query('begin');
    await client.query('set local idle_in_transaction_session_timeout = 0');
    // Without a parameter, nothing of this query stays open that the build of an index would wait for.
    const { rows } = await client.query(`select pg_try_advisory_xact_lock(${LOCK}) as is_ours`);
    if (rows[0]?.is_ours) return;
    await client.query('rollback');
    if (performance.now() > end)
      throw new Error('Another process has been migrating the database for ten minutes.');
    if (isFirst) observe?.({ kind: 'database_awaited', reason: 'another process is migrating it' });
    await sleep(POLL_MS, undefined, { signal });
  }
}

/**
 * Lifts the time limits that a role may have. Building an index can take long, and while it waits for a lock, it blocks nobody. If
 * this process is killed, Postgres stops the build within a second, on platforms that can detect it.
 */
async function liftLimits(client: pg.Client): Promise<void> {
  await client.query('set statement_timeout = 0; set lock_timeout = 0');
  await client.query(`set client_connection_check_interval = '1s'`).catch(() => {});
}

/** Whether there is nothing to apply. Throws if the database is too new. */
function isDone({ lacking, unknown, known }: Standing, mayBeNewer: boolean): boolean {
  if (unknown && !mayBeNewer) {
    throw new Error(
      `The database is newer than this version: it is at the migration of ${unknown.toISOString()}, and this version has none after ${known.toISOString()}. Start the version that migrated it or a later one; to go back to this one for a while, set DATABASE_NEWER=serve.`,
    );
  }
  return lacking.length === 0;
}

/** Explains the error of a role that lacks a right: which one, and what to run as whom. */
function inWords(error: unknown, role: string): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code === '42501' && /__drizzle_migrations|schema drizzle/.test(error.message)) {
    return new WrongConfig(
      `DATABASE_URL must name a role that is allowed to read the list of applied migrations; ${JSON.stringify(role)} is not (${error.message}). As the owner of the tables, run: grant usage on schema drizzle to ${JSON.stringify(role)}; grant select on drizzle.__drizzle_migrations to ${JSON.stringify(role)};`,
    );
  }
  if (error.code === '42501' || error.code === '25006') {
    return new WrongConfig(
      `DATABASE_URL must name a role that is allowed to create tables, because the database lacks migrations of this version; ${JSON.stringify(role)} is not (${error.message}). Run "segments migrate" with a DATABASE_URL of the owner of the tables, then start again.`,
    );
  }
  return error;
}
