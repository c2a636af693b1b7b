import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database/connect.ts';
import { Refusal, Unavailable } from '../errors/refusals.ts';
import type { Observe } from '../observation.ts';
import type { Viewer } from './viewer.ts';

export interface RateLimit {
  /** What a caller may spend in a minute. A REST request costs 1, a GraphQL operation as many as it asks objects. */
  points: number;
  /** Where it is counted: each gateway for itself, or all together. */
  store: 'memory' | 'postgres';
}

/** Counts what a caller spends, and returns the headers that say so. Throws RATE_LIMITED, and UNAVAILABLE if too much of the account waits. */
export type Spend = (viewer: Viewer, points: number) => Promise<Readonly<Record<string, string>>>;

const MINUTE_S = 60;
const NAME = 'minute';
/** How long a caller beyond its limit waits for the refusal: otherwise one that retries at once would slow down its neighbours. */
const PAUSE_MS = 25;

/**
 * Limits the points that each caller may spend in a minute. Where the count is kept in Postgres and that is away, callers are let
 * in, and the fault is observed: a limit must not be the reason that nothing works.
 */
export function rateLimiter({ points, store }: RateLimit, db: Database, observe: Observe): Spend {
  const rule = { points, duration: MINUTE_S, keyPrefix: '' };
  const limiter =
    store === 'memory'
      ? new RateLimiterMemory(rule)
      : new RateLimiterPostgres({
          ...rule,
          storeClient: db.$client,
          tableName: 'rate_limits',
          tableCreated: true,
        });
  /** The pool serves whoever comes first: without the queue, one account's requests would keep those of others waiting. */
  const consume = ({ accountId, callerId }: Viewer, cost: number) =>
    store === 'memory'
      ? limiter.consume(callerId, cost)
      : db.queue.run(accountId, () => limiter.consume(callerId, cost));
  const policy = `"${NAME}";q=${points};w=${MINUTE_S}`;

  /** As the IETF's draft has it (draft-ietf-httpapi-ratelimit-headers-10). */
  const headersOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes) => ({
    'ratelimit-policy': policy,
    ratelimit: `"${NAME}";r=${Math.max(0, remainingPoints)};t=${secondsOf(msBeforeNext)}`,
  });

  return async (viewer, cost) => {
    try {
      return headersOf(await consume(viewer, cost));
    } catch (rejected) {
      if (rejected instanceof Unavailable) throw rejected; // too much of the account is waiting
      if (!(rejected instanceof RateLimiterRes)) {
        observe({ kind: 'fault', error: rejected });
        return {};
      }
      await sleep(PAUSE_MS);
      throw refusal(rejected);
    }
  };

  function refusal(spent: RateLimiterRes): Refusal {
    const seconds = secondsOf(spent.msBeforeNext);
    const message = `Rate limit exceeded: ${points.toLocaleString('en')} points per minute. Retry in ${seconds} s.`;
    return new Refusal('RATE_LIMITED', message, {
      headers: { ...headersOf(spent), 'retry-after': `${seconds}` },
    });
  }
}

const secondsOf = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1_000));
