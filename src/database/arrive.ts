import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { reasonToWait } from './failure.ts';

/** How long to wait for a database that is not there yet. */
export interface Wait {
  seconds: number;
  /** Told why, each time. */
  onWait(reason: string): void;
}

const ONE_TRY_MS = 2_000;
/** Between tries; up to as much again by chance, so that replicas that start together do not ask together. */
const PAUSE_MS = 500;

/**
 * A session of its own, for work that no pool should do. Where the database is away or starting, it is tried
 * again; a wrong password is wrong at once. Throws what the last try met.
 */
export async function arrive(url: string, application: string, wait?: Wait): Promise<pg.Client> {
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
      const reason = reasonToWait(error);
      if (reason === undefined || performance.now() >= end) throw error;
      wait?.onWait(reason);
    }
    await sleep(PAUSE_MS * (1 + Math.random()));
  }
}
