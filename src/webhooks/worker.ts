import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors/refusals.ts';
import type { Deliveries } from './deliveries.ts';
import type { Claimed } from './queue/claimed.ts';
import type { Queue } from './queue.ts';
import { scheduleOf } from './schedule.ts';
import { openAttempts } from './worker/attempts.ts';
import { byteBudget } from './worker/byte-budget.ts';
import { deliverTo } from './worker/deliver.ts';
import { measureLag } from './worker/lag-gauge.ts';
import { type Next, startLooks } from './worker/looks.ts';
import type { Parts } from './worker/parts.ts';
import { growingPauses } from './worker/pauses.ts';
import { openPlaces } from './worker/places.ts';

type Given = 'events' | 'destinations' | 'represent' | 'observe' | 'loopOf';

interface Options
  extends Pick<Parts, Given>,
    Partial<Pick<Parts, 'schedule' | 'leaseMs' | 'turnMs' | 'budget'>> {
  queue: Queue;
  /** Max endpoints that are delivered to at the same time. */
  places?: number;
  /** Max endpoints of one account among them; a twentieth if omitted. */
  perAccount?: number;
  /** On stop, how long to wait for attempts in flight, and then for their leases. */
  stopMs?: { attempts: number; leases: number };
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
/** Min milliseconds between two looks after writes, as long as there is no enabled endpoint. */
const CALM_MS = 1_000;
/** Max bytes of events that are read at once for an endpoint, while few are delivered to, and while many are: all are in memory. */
const READ = { few: 100, maxBytes: { few: 64 * 1024, many: 4 * 1024 } };

/** Starts to deliver. Endpoints are shared with the workers of other processes: each claims some of those that are behind. */
export function startDeliveries({
  queue,
  places: maxPlaces = PLACES,
  perAccount,
  everyMs,
  observe,
  schedule = scheduleOf(),
  leaseMs = LEASE_MS,
  turnMs = TURN_MS,
  budget = byteBudget(MAX_BYTES),
  stopMs = STOP_MS,
  ...given
}: Options): Deliveries {
  const places = openPlaces(maxPlaces, perAccount);
  const attempts = openAttempts();
  const lag = measureLag(queue.lag);
  const pauses = growingPauses(PAUSE_MS);
  let wakes = 0;
  let isStopping = false;
  let isFailing = false;
  let hasMore = false;
  /** The token of a claim whose outcome is unknown. */
  let unsure: string | undefined;

  const failed = (error: unknown) => {
    if (!isFailing) observe({ kind: 'fault', error });
    isFailing = true; // until a look succeeds
  };

  const parts: Parts = {
    ...{ ...given, queue, observe, schedule, leaseMs, turnMs, budget, attempts, failed },
    maxBytes: () => (places.count() > READ.few ? READ.maxBytes.many : READ.maxBytes.few),
    wakes: () => wakes,
    retryIn: (ms) => looks.within(ms),
    isStopping: () => isStopping,
  };

  const hold = (endpoint: Claimed, since: number) => {
    const delivering = deliverTo(endpoint, since, parts).catch((error: unknown) => {
      failed(error);
      return false;
    });
    places.take(endpoint, delivering);
    void delivering.then((mustLook) => {
      if (mustLook || hasMore) looks.now();
    });
  };

  const look = async (): Promise<Next> => {
    const free = places.free();
    hasMore = free.places === 0;
    if (isStopping || hasMore) return { ms: everyMs() };
    const since = performance.now();
    const lease = unsure ?? randomBytes(12).toString('base64url');
    try {
      const claims = await queue.claim({ ...free, lease, leaseMs });
      isFailing = false;
      if (!claims) return { ms: pauses.next() };
      pauses.reset();
      unsure = undefined;
      for (const endpoint of claims.claimed) hold(endpoint, since);
      hasMore = claims.hasMore;
      if (claims.isContended) return { ms: 0 };
      if (!claims.hasEndpoints) return { ms: Math.max(everyMs(), CALM_MS), calmMs: CALM_MS };
      return { ms: Math.min(everyMs(), claims.nextMs ?? Number.POSITIVE_INFINITY) };
    } catch (error) {
      if (error instanceof Unavailable && error.outcome === 'unknown') unsure = lease;
      failed(error);
      return { ms: pauses.next() };
    }
  };
  const looks = startLooks(look);

  const woken = (look: () => void) => () => {
    wakes += 1;
    look();
  };
  return {
    wake: woken(looks.wake),
    wakeNow: woken(looks.now),
    vitals: () => ({ attemptsInFlight: attempts.count(), lag: lag.read() }),
    async stop() {
      isStopping = true;
      lag.stop();
      await looks.stop();
      const ended = places.ended();
      await Promise.race([ended, sleep(stopMs.attempts, undefined, { ref: false })]);
      attempts.abort();
      await Promise.race([ended, sleep(stopMs.leases, undefined, { ref: false })]);
    },
  };
}
