import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { FairQueue } from '../fairness/fair-queue.ts';
import type { LaneName, Observe } from '../observation.ts';
import type { Tracing } from '../tracing.ts';
import { keepConnections } from './kept-connections.ts';
import { laneQueue } from './lane-queue.ts';
import { allButOne, slotsOf } from './lane-slots.ts';
import { closeOverdue } from './overdue.ts';
import { PLANNER_OPTIONS } from './planner.ts';

/** Connections for statements of one kind, and the queue in which accounts wait for them. */
export interface Lane {
  $client: pg.Pool;
  queue: FairQueue;
  /** Whether a connection keeps its session, and with it the statements that were prepared there. */
  hasSessions: boolean;
  tracing?: Tracing | undefined;
}

/** Connections for transactions. They are closed after `limitMs` milliseconds, or all at once by `cut`. */
export interface TransactionLane extends Lane {
  limitMs: number;
  cut(): void;
}

/**
 * A statement never waits for one of another lane. The database itself is the lane of small statements, which read or write a few
 * rows per call by an index. Accounts share them.
 */
export interface Database extends NodePgDatabase, Lane {
  $client: pg.Pool;
  /**
   * Statements that return up to thousands of rows. Few of them run at a time, so that their rows do not all arrive at once. That
   * keeps the turns of the event loop short, and Node accepts one new connection per turn. See docs/decisions/lanes.md.
   */
  large: Lane;
  /** Statements that may read all segments of an account. */
  scan: Lane;
  /** Transactions that take longer than statements may: see `inLongTransaction`. No connection is kept open for them. */
  long: TransactionLane;
  /** Statements of imports. All imports share one connection, which leaves the others to other work. */
  import: Lane;
  /** Transactions of exports, which last as long as the caller reads: see `inSnapshot`. */
  export: TransactionLane;
  /** Statements of the worker that delivers webhooks. They wait only for each other, and delay no request. */
  webhook: Lane;
  /** One connection for readiness checks and the clock. No account can keep it busy. */
  probe: pg.Pool;
}

/** What is between us and the database: nothing, or a pooler that can give each transaction another session. */
export type Pooler = 'none' | 'transaction';

/**
 * Time limits in milliseconds: for opening a connection, and for a query as the gateway sees it. The server's own limits, for a
 * lock and for a statement (both below), are shorter, so that its errors arrive first. Callers get an answer within about two
 * seconds, whatever the database does.
 */
const LIMITS = { connection: 800, query: 1_500 };

/** How many long transactions run at a time, and the limit of each as the gateway sees it. The server's is shorter. */
const LONG = { slots: 2, limitMs: 150_000 };

/** How many exports run at a time, and how long one can take. While it runs, Postgres keeps all deleted rows. */
const EXPORT = { slots: 2, limitMs: 600_000 };

/** Settings of a session. A transaction pooler does not accept them, so there they are set on the role. */
const SESSION = {
  lock_timeout: 300,
  statement_timeout: 1_200,
  idle_in_transaction_session_timeout: 5_000,
  options: PLANNER_OPTIONS,
} as const satisfies pg.PoolConfig;

interface Options {
  url: string;
  poolSize: number;
  pooler?: Pooler;
  /** Receives the ends of statements, and the errors of connections that fail while no statement uses them. */
  observe: Observe;
  tracing?: Tracing | undefined;
}

/**
 * Opens at most `poolSize` connections in all lanes together, but at least one in each, one more for the probe, and up to two more
 * while there are long transactions, one while there are imports, up to two while there are exports, and one for webhooks. TLS is configured in the URL (`?sslmode=…`). No connection is opened before the first statement.
 */
export function connect({ url, poolSize, pooler = 'none', observe, tracing }: Options): Database {
  const hasSessions = pooler === 'none';
  const ofAll = { hasSessions, tracing };
  const openPool = (
    max: number,
    settings: pg.PoolConfig | false = hasSessions && SESSION,
    limit = LIMITS.query,
  ) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: 'segments-gateway',
      keepAlive: true,
      connectionTimeoutMillis: LIMITS.connection,
      ...settings,
    });
    // The pool does not listen to a connection that `connect` has handed out. Its statement is rejected with the same error.
    pool.on('connect', (client) => client.on('error', () => {}));
    const cut = closeOverdue(pool, limit);
    keepConnections(pool);
    // Without a listener, a connection that the server closes would end the whole process.
    pool.on('error', (error) => observe({ kind: 'fault', error }));
    return { pool, cut };
  };
  const laneOf = (name: LaneName, slots: number, perAccount: number): Lane => ({
    $client: openPool(slots).pool,
    queue: laneQueue(name, { slots, perAccount, observe }),
    ...ofAll,
  });
  const laneOfTransactions = (name: LaneName, { slots, limitMs }: typeof LONG): TransactionLane => {
    const { pool, cut } = openPool(slots, {}, limitMs);
    const queue = laneQueue(name, { slots, perAccount: 1, observe });
    return { $client: pool, cut, limitMs, queue, ...ofAll };
  };
  const { small, large, scan } = slotsOf(poolSize);
  const lane = laneOf('small', small, allButOne(small));
  return Object.assign(drizzle({ client: lane.$client }), {
    ...lane,
    large: laneOf('large', large, allButOne(large)),
    scan: laneOf('scan', scan, Math.min(2, allButOne(scan))),
    long: laneOfTransactions('long', LONG),
    import: laneOf('import', 1, 1),
    export: laneOfTransactions('export', EXPORT),
    webhook: laneOf('webhook', 1, 1),
    probe: openPool(1).pool,
  });
}

/** Refuses waiting statements, lets running ones finish, breaks off long transactions, and closes all connections. */
export function disconnect({ $client, queue, large, scan, probe, ...others }: Database): Promise<unknown> {
  const { long, import: imports, export: exports, webhook } = others;
  const lanes = [{ $client, queue }, large, scan, long, imports, exports, webhook];
  for (const lane of lanes) lane.queue.close();
  for (const lane of [long, exports]) lane.cut();
  return Promise.all([...lanes.map((lane) => lane.$client), probe].map((pool) => pool.end()));
}
