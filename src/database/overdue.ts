import pg from 'pg';
import { lateCheck } from '../fairness/late-check.ts';

/**
 * Closes the connection of a statement that has not finished after so many milliseconds, or up to 100 more. Its caller gets an
 * error, and the pool opens another connection. The driver's own `query_timeout` sets a timer for each statement. These timers
 * keep the rows of every statement in memory until V8's next full garbage collection: a list of ten took a sixth longer, a hundred
 * entities a third, and the p99 of both doubled (measured on 2026-11-25).
 *
 * Returns a function that closes the connections of all statements that are running.
 */
export function closeOverdue(pool: pg.Pool, milliseconds: number): () => void {
  const since = new Map<object, number>();
  const closeBefore = (latest: number) => {
    for (const [client, start] of since) {
      // While a statement is running, `end` does not wait for the server.
      if (start < latest && client instanceof pg.Client) client.end();
    }
  };

  const watch = lateCheck({ limitMs: milliseconds, giveUp: closeBefore, isNeeded: () => since.size > 0 });

  pool.on('acquire', (client) => {
    since.set(client, performance.now());
    watch();
  });
  pool.on('release', (_, client) => since.delete(client));
  return () => closeBefore(Number.POSITIVE_INFINITY);
}
