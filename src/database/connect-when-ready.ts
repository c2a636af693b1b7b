import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Observe } from '../observation.ts';
import { WrongConfig } from '../wrong-config.ts';
import { reasonToWait } from './failure.ts';

/** How to wait for a database that is not available yet. */
export interface Wait {
  seconds: number;
  /** Receives the reason of each wait. */
  observe: Observe;
  /** Stops the wait. */
  signal?: AbortSignal;
}

const ONE_TRY_MS = 2_000;
/** Pause between tries, plus up to as much again at random, so that replicas that start together do not retry together. */
const PAUSE_MS = 500;

/**
 * Opens a connection outside the pools. Tries again while the database is unavailable or starting; a wrong password fails
 * immediately. Throws the error of the last try, with a message that names DATABASE_URL: WrongConfig if the variable is wrong.
 */
export async function connectWhenReady(url: string, application: string, wait?: Wait): Promise<pg.Client> {
  const end = performance.now() + (wait?.seconds ?? 0) * 1_000;
  for (;;) {
    const client = new pg.Client({
      connectionString: url,
      application_name: application,
      connectionTimeoutMillis: ONE_TRY_MS,
    });
    client.on('error', () => {}); // the statement that was running reports it
    try {
      await client.connect();
      return client;
    } catch (error) {
      void client.end();
      const reason = reasonToWait(error);
      if (reason === undefined || performance.now() >= end) throw connectionError(error, client.host);
      wait?.observe({ kind: 'database_awaited', reason });
    }
    await sleep(PAUSE_MS * (1 + Math.random()), undefined, { signal: wait?.signal });
  }
}

const UNKNOWN_HOST = /^(ENOTFOUND|EAI_AGAIN)$/;

/** Explains why a connection failed, with the variable that is wrong. */
function connectionError(error: unknown, host: string): Error {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (UNKNOWN_HOST.test(code)) {
    return new WrongConfig(`DATABASE_URL must name a host that can be resolved; "${host}" cannot (${code}).`);
  }
  if (error instanceof pg.DatabaseError && reasonToWait(error) === undefined) {
    return new WrongConfig(`DATABASE_URL was refused by its database: ${said} (${code}).`);
  }
  if (said.includes('client password must be a string')) {
    return new WrongConfig('DATABASE_URL must have a password: its database requires one.');
  }
  if (reasonToWait(error) === undefined) {
    return new WrongConfig(
      `DATABASE_URL must name a database that accepts the connection; "${host}" did not: ${said}${code && ` (${code})`}.`,
    );
  }
  return new Error(`The database of DATABASE_URL cannot be reached: ${messageOf(error)}.`);
}

/** If a host has several addresses, the driver throws an AggregateError without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
