import type pg from 'pg';
import { leavesSession } from './failure.ts';

type Release = (error?: Error | boolean) => void;
type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;

/**
 * Keeps the connection of a failed statement if its session can still be used. By default, the pool closes the connection of
 * every failed statement, and statements of other accounts wait until a new one is open and prepared.
 */
export function keepConnections(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as (callback?: Callback) => unknown; // the pool accepts both forms
  const keeping =
    (callback: Callback): Callback =>
    (error, client, release) => {
      if (!client) return callback(error, client, release);
      client.release = (failure) => release(leavesSession(failure) ? undefined : failure);
      callback(error, client, client.release);
    };
  Object.assign(pool, {
    // `pool.query` uses the callback form. Callers of the promise form release the client themselves.
    connect: (callback?: Callback) => connect(callback && keeping(callback)),
  });
}
