import type pg from 'pg';
import { leavesSession } from './failure.ts';

type Release = pg.PoolClient['release'];

/**
 * Keeps the connection of a failed statement if its session can still be used. By default, the pool closes the connection of
 * every failed statement, and statements of other accounts wait until a new one is open and prepared.
 *
 * The pool sets `release` on a client for each statement. A function made then would hold the rows of its statement, and V8
 * would keep the rows of all statements until its next full collection; so each client has one, made once.
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
