import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type FairQueue, fairQueue } from '../fairness/fair-queue.ts';
import type { Observe } from '../observation.ts';
import { keepConnections } from './kept-connections.ts';
import { closeOverdue } from './overdue.ts';
import { PLANNER_OPTIONS } from './planner.ts';

/** Connections for statements of one kind, and the queue in which accounts wait for them. */
export interface Lane {
  $client: pg.Pool;
  queue: FairQueue;
  /** Whether a session stays ours, and with it what was prepared there. */
  hasSessions: boolean;
}

/**
 * A statement never waits for one of another lane. The database itself is the lane of small statements: a few rows a
 * call, all found by an index. Accounts share these.
 */
export interface Database extends NodePgDatabase, Lane {
  $client: pg.Pool;
  /**
   * Statements that give up to thousands of rows. With few at a time, their answers do not come all at once: turns stay
   * short, and Node lets in one new caller a turn. Of 128 that came at once, each for a hundred entities, the last was let
   * in after 1.6 s; now after 0.2 s.
   */
  large: Lane;
  /** Statements that may read all segments of an account. */
  scan: Lane;
  /** One connection that serves nobody: whether it is answered does not depend on any account. */
  probe: pg.Pool;
}

/** What stands between us and the database: nothing, or a pooler that gives each transaction another session. */
export type Pooler = 'none' | 'transaction';

/**
 * Each limit gives the one before it time to speak first: a lock, the statement (both below), the connection.
 * Together they answer within two seconds, whatever the database does.
 */
const LIMITS = { connection: 800, query: 1_500 };

/**
 * How long a statement may wait for its turn, and how many of one account may wait. A scan takes hundreds of times as long as a small
 * statement, and an operation may ask for fifty.
 */
const WAITING = {
  small: { patienceMs: LIMITS.connection, maxWaiting: 1_000 },
  large: { patienceMs: LIMITS.connection, maxWaiting: 500 },
  scan: { patienceMs: 5_000, maxWaiting: 100 },
};

/** What a session is told when it begins. A pooler by transactions refuses it: there it is set on the role. */
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
  /** Told of connections that fail while no statement uses them. */
  observe: Observe;
}

/**
 * Opens at most `poolSize` connections in all lanes together, but at least one in each, and one more for the probe. TLS is
 * set by the URL (`?sslmode=…`). None is opened before the first statement.
 */
export function connect({ url, poolSize, pooler = 'none', observe }: Options): Database {
  const hasSessions = pooler === 'none';
  const poolOf = (max: number) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: 'segments-gateway',
      keepAlive: true,
      connectionTimeoutMillis: LIMITS.connection,
      ...(hasSessions && SESSION),
    });
    closeOverdue(pool, LIMITS.query);
    keepConnections(pool);
    // Without a listener, one connection that the server closes ends the whole process.
    return pool.on('error', (error) => observe({ kind: 'fault', error }));
  };
  const laneOf = (
    slots: number,
    perAccount: number,
    waiting: (typeof WAITING)[keyof typeof WAITING],
  ): Lane => ({
    $client: poolOf(slots),
    queue: fairQueue({ slots, perAccount, ...waiting }),
    hasSessions,
  });
  const { small, large, scan } = slotsOf(poolSize);
  const lane = laneOf(small, allButOne(small), WAITING.small);
  return Object.assign(drizzle({ client: lane.$client }), {
    ...lane,
    large: laneOf(large, allButOne(large), WAITING.large),
    scan: laneOf(scan, Math.min(2, allButOne(scan)), WAITING.scan),
    probe: poolOf(1),
  });
}

/** How many of all connections each lane has: of ten, five, three and two. */
function slotsOf(poolSize: number) {
  const large = Math.max(1, Math.floor(poolSize * 0.3));
  const scan = Math.max(1, Math.floor(poolSize * 0.2));
  return { large, scan, small: Math.max(1, poolSize - large - scan) };
}

/** What one account may have: the last slot is left to the others. */
const allButOne = (slots: number) => Math.max(1, slots - 1);

/** Refuses what waits for its turn, lets what runs end, and closes every connection. */
export function disconnect({ $client, queue, large, scan, probe }: Database): Promise<unknown> {
  for (const lane of [queue, large.queue, scan.queue]) lane.close();
  return Promise.all([$client, large.$client, scan.$client, probe].map((pool) => pool.end()));
}
