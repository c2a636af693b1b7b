import { type FairQueue, fairQueue } from '../fairness/fair-queue.ts';
import type { LaneName, Observe } from '../observation.ts';

/**
 * How long a statement may wait for its turn, and how many of one account may wait. A scan takes hundreds of times as long as a
 * small statement, and an operation may request fifty of them. Statements wait as long as for a connection.
 */
const WAITING = {
  small: { patienceMs: 800, maxWaiting: 1_000 },
  large: { patienceMs: 800, maxWaiting: 500 },
  scan: { patienceMs: 5_000, maxWaiting: 100 },
  long: { patienceMs: 60_000, maxWaiting: 10 },
  import: { patienceMs: 60_000, maxWaiting: 10 },
  export: { patienceMs: 5_000, maxWaiting: 10 },
  webhook: { patienceMs: 5_000, maxWaiting: 1_000 },
} as const satisfies Record<LaneName, object>;

interface Options {
  slots: number;
  perAccount: number;
  observe: Observe;
}

/** Returns the queue in which accounts wait for the connections of a lane. The end of each statement is observed. */
export const laneQueue = (lane: LaneName, { observe, ...slots }: Options): FairQueue =>
  fairQueue({
    ...slots,
    ...WAITING[lane],
    onEnd: (calls, waitedMs, ms) => observe({ kind: 'statement_ended', lane, calls, waitedMs, ms }),
    onRefused: () => observe({ kind: 'limit_reached', limit: 'database_queue' }),
  });
