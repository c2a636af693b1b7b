import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Claimed } from './queue/claim.ts';
import type { Lag } from './queue/lag.ts';
import type { Queue } from './queue.ts';
import { scheduleOf } from './schedule.ts';
import { openAttempts } from './worker/attempts.ts';
import { byteBudget } from './worker/byte-budget.ts';
import { deliverTo } from './worker/deliver.ts';
import { measureLag } from './worker/lag-gauge.ts';
import { startLooks } from './worker/looks.ts';
import type { Parts } from './worker/parts.ts';

/** Delivers webhooks in this process. */
export interface Deliveries {
  /** Looks for new events soon. Called after a write. */
  wake(): void;
  vitals(): DeliveryVitals;
  /** Claims no further endpoints, gives attempts in flight five seconds, and ends all leases. */
  stop(): Promise<void>;
}

export interface DeliveryVitals {
  attemptsInFlight: number;
  /** The lag of all endpoints, whichever process delivers to them; undefined if it is not known. */
  lag: Lag | undefined;
}

type Given = 'events' | 'destinations' | 'represent' | 'observe' | 'loopOf';

interface Options
  extends Pick<Parts, Given>,
    Partial<Pick<Parts, 'schedule' | 'leaseMs' | 'turnMs' | 'budget'>> {
  queue: Queue;
  /** Max endpoints that are delivered to at the same time. */
  places?: number;
  /** Returns the current number of milliseconds between two looks for new events. */
  everyMs(): number;
}

const PLACES = 1_000;
const LEASE_MS = 30_000;
const TURN_MS = 10_000;
/** Max bytes of the messages in flight. A message can have a megabyte, and a slow receiver holds it for 15 seconds. */
const MAX_BYTES = 64 * 1024 * 1024;
const STOP_MS = { attempts: 5_000, leases: 2_000 };
/** How long to wait after a look that failed, or found the database read-only: twice as long each time. */
const PAUSE_MS = { min: 500, max: 10_000 };
/** Max bytes of events that are read at once for an endpoint, while few are delivered to, and while many are: all are in memory. */
const READ = { few: 100, maxBytes: { few: 64 * 1024, many: 4 * 1024 } };

/** Starts to deliver. Endpoints are shared with the workers of other processes: each claims some of those that are behind. */
export function startDeliveries({
  queue,
  places = PLACES,
  everyMs,
  observe,
  schedule = scheduleOf(),
  leaseMs = LEASE_MS,
  turnMs = TURN_MS,
  budget = byteBudget(MAX_BYTES),
  ...given
}: Options): Deliveries {
  const held = new Set<{ isRetry: boolean; done: Promise<void> }>();
  const attempts = openAttempts();
  const lag = measureLag(queue.lag);
  const maxRetries = Math.ceil(places / 2);
  let wakes = 0;
  let isStopping = false;
  let isFailing = false;
  let pauseMs = PAUSE_MS.min;
  let mayBeMore = false;

  const failed = (error: unknown) => {
    if (!isFailing) observe({ kind: 'fault', error });
    isFailing = true; // until a look succeeds
  };

  const pause = (): number => {
    const ms = pauseMs;
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS.max);
    return ms;
  };

  const parts: Parts = {
    ...{ ...given, queue, observe, schedule, leaseMs, turnMs, budget, attempts, failed },
    maxBytes: () => (held.size > READ.few ? READ.maxBytes.many : READ.maxBytes.few),
    wakes: () => wakes,
    retryIn: (ms) => looks.within(ms),
    isStopping: () => isStopping,
  };

  const hold = (endpoint: Claimed, since: number) => {
    const end = (mustLook: boolean) => {
      held.delete(place);
      if (mustLook || mayBeMore) looks.wake();
    };
    const delivering = deliverTo(endpoint, since, parts).catch((error: unknown) => {
      failed(error);
      return false;
    });
    const place = { isRetry: endpoint.failures > 0, done: delivering.then(end) };
    held.add(place);
  };

  const look = async (): Promise<number> => {
    const free = places - held.size;
    mayBeMore = free === 0;
    if (isStopping || free === 0) return everyMs();
    const retries = Math.max(0, maxRetries - [...held].filter(({ isRetry }) => isRetry).length);
    const since = performance.now();
    const lease = randomBytes(12).toString('base64url');
    try {
      const claims = await queue.claim({ lease, leaseMs, places: free, retries });
      isFailing = false;
      if (!claims) return pause();
      pauseMs = PAUSE_MS.min;
      for (const endpoint of claims.claimed) hold(endpoint, since);
      mayBeMore = claims.claimed.length >= Math.min(free, Math.max(1, retries));
      return Math.min(everyMs(), claims.nextMs ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      failed(error);
      return pause();
    }
  };
  const looks = startLooks(look);

  return {
    wake() {
      wakes += 1;
      looks.wake();
    },
    vitals: () => ({ attemptsInFlight: attempts.count(), lag: lag.read() }),
    async stop() {
      isStopping = true;
      lag.stop();
      await looks.stop();
      const ended = Promise.all([...held].map(({ done }) => done));
      await Promise.race([ended, sleep(STOP_MS.attempts, undefined, { ref: false })]);
      attempts.abort();
      await Promise.race([ended, sleep(STOP_MS.leases, undefined, { ref: false })]);
    },
  };
}
