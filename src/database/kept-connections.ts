import pg from 'pg';

/**
 * SQLSTATEs of statements that failed by themselves: a value that does not fit (21, 22, 23), a conflict with another session
 * (40, 55P03), too complex (54), too late (57014). They were undone, and their session is as good as before.
 */
const OF_STATEMENT = /^(2[123]|40|54)|^(55P03|57014)$/;

/** Whether a failure leaves the session as it was. */
const leavesSession = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && OF_STATEMENT.test(error.code ?? '');

type Callback = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;
type Release = (error?: Error | boolean) => void;

/**
 * Keeps the connection of a statement that failed by itself. The pool closes the connection of every statement that fails: one
 * account's writes to a locked row closed twenty connections a second, and the statements of others waited while new ones
 * were opened and everything was prepared anew.
 */
export function keepConnections(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as (callback?: Callback) => unknown; // of its two forms
  const keeping =
    (callback: Callback): Callback =>
    (error, client, release) => {
      if (!client) return callback(error, client, release);
      client.release = (failure) => release(leavesSession(failure) ? undefined : failure);
      callback(error, client, client.release);
    };
  Object.assign(pool, {
    // `pool.query` takes its connection by a callback. Who takes one by a promise decides what becomes of it.
    connect: (callback?: Callback) => connect(callback && keeping(callback)),
  });
}
