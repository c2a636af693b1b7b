import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Observe } from '../observation.ts';
import { WrongConfig } from '../wrong-config.ts';
import { reasonToWait } from './failure.ts';

/** How long to wait for a database that is not there yet. */
export interface Wait {
  seconds: number;
  /** Told each time why it waits. */
  observe: Observe;
  /** Gives it up. */
  signal?: AbortSignal;
}

const ONE_TRY_MS = 2_000;
/** Between tries; up to as much again by chance, so that replicas that start together do not ask together. */
const PAUSE_MS = 500;

/**
 * A session of its own, for work that no pool should do. Where the database is away or starting, it is tried
 * again; a wrong password is wrong at once. Throws what the last try met, in words that name DATABASE_URL: WrongConfig
 * where it is to blame.
 */
export async function connectWhenReady(url: string, application: string, wait?: Wait): Promise<pg.Client> {
  const end = performance.now() + (wait?.seconds ?? 0) * 1_000;
  for (;;) {
    const client = new pg.Client({
      connectionString: url,
      application_name: application,
      connectionTimeoutMillis: ONE_TRY_MS,
    });
    client.on('error', () => {}); // what it breaks is told by the statement that was running
    try {
      await client.connect();
      return client;
    } catch (error) {
      void client.end();
      const reason = reasonToWait(error);
      if (reason === undefined || performance.now() >= end) throw notLetIn(error, client.host);
      wait?.observe({ kind: 'database_awaited', reason });
    }
    await sleep(PAUSE_MS * (1 + Math.random()), undefined, { signal: wait?.signal });
  }
}

const UNKNOWN_HOST = /^(ENOTFOUND|EAI_AGAIN)$/;

/** The last error of a database that let nobody in, with the variable that it is about. */
function notLetIn(error: unknown, host: string): Error {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (UNKNOWN_HOST.test(code)) {
    return new WrongConfig(`DATABASE_URL must name a host that is known; "${host}" is not (${code}).`);
  }
  if (error instanceof pg.DatabaseError && reasonToWait(error) === undefined) {
    return new WrongConfig(`DATABASE_URL was refused by its database: ${said} (${code}).`);
  }
  if (said.includes('client password must be a string')) {
    return new WrongConfig('DATABASE_URL must hold a password: its database asks for one.');
  }
  if (reasonToWait(error) === undefined) {
    return new WrongConfig(
      `DATABASE_URL must lead to a database that accepts the connection; "${host}" did not: ${said}${code && ` (${code})`}.`,
    );
  }
  return new Error(`The database of DATABASE_URL cannot be reached: ${messageOf(error)}.`);
}

/** Where a name has several addresses, the driver's error is one of all of them, without words of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
