import type pg from 'pg';
import { leavesSession } from './failure.ts';

type Release = pg.PoolClient['release'];

/**
 * Keeps the connection of a failed statement if its session can still be used. By default, the pool closes the connection of
 * every failed statement, and statements of other accounts wait until a new one is open and prepared.
 *
 * The pool sets `release` on a client for each statement. A wrapper that is created for each statement would keep the rows of all
 * statements in memory until V8's next full garbage collection, so there is one wrapper per client.
 */
export function keepConnections(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    let releaseTo: Release;
    const release: Release = (failure) => releaseTo(leavesSession(failure) ? undefined : failure);
    Object.defineProperty(client, 'release', {
      get: () => release,
      set: (given: Release) => {
        releaseTo = given;
      },
    });
  });
}
