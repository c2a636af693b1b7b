import pg from 'pg';

/** How often late statements are looked for. */
const LOOK_MS = 100;

/**
 * Cuts the connection of a statement that is not over after so many milliseconds, or up to 100 more: its caller gets an
 * error, the pool another connection. The driver's own `query_timeout` sets a timer for each statement, and with those V8
 * kept the rows of every statement until its next whole collection: a list of ten took a sixth longer, a hundred
 * entities a third, and the p99 of both was twice as long.
 */
export function closeOverdue(pool: pg.Pool, milliseconds: number): void {
  const since = new Map<object, number>();
  let isWatched = false;

  const watch = () => {
    isWatched = true;
    setTimeout(look, LOOK_MS).unref();
  };
  const look = () => {
    isWatched = false;
    const now = performance.now();
    for (const [client, start] of since) {
      // With a statement under way, `end` does not wait for the other side.
      if (now - start > milliseconds && client instanceof pg.Client) client.end();
    }
    if (since.size > 0) watch();
  };

  pool.on('acquire', (client) => {
    since.set(client, performance.now());
    if (!isWatched) watch();
  });
  pool.on('release', (_, client) => since.delete(client));
}
