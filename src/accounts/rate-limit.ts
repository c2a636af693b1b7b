import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../database/connect.ts';
import { Refusal, Unavailable } from '../errors/refusals.ts';
import type { Observe } from '../observation.ts';
import type { Viewer } from './viewer.ts';

export interface RateLimit {
  /** Points that a caller may spend per minute. A REST request costs 1, a GraphQL operation 1 for each object that it requests. */
  points: number;
  /** With `memory`, each gateway counts separately; with `postgres`, all gateways count together. */
  store: 'memory' | 'postgres';
}

/**
 * Charges points to a caller. Returns the headers that report what is left. Throws RATE_LIMITED, or UNAVAILABLE if too many
 * requests of the account are waiting.
 */
export type Spend = (viewer: Viewer, points: number) => Promise<Readonly<Record<string, string>>>;

const MINUTE_S = 60;
const NAME = 'minute';
/** Delay of a refusal. Without it, a caller that retries immediately would slow down other callers. */
const PAUSE_MS = 25;

/**
 * Limits the points that each caller may spend per minute. If points are counted in Postgres and it is unavailable, requests are
 * admitted and the fault is observed, so that the limit itself does not cause an outage.
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
  /** The pool serves requests in order of arrival. Without the queue, those of one account could delay those of others. */
  const consume = ({ accountId, callerId }: Viewer, cost: number) =>
    store === 'memory'
      ? limiter.consume(callerId, cost)
      : db.queue.run(accountId, () => limiter.consume(callerId, cost));
  const policy = `"${NAME}";q=${points};w=${MINUTE_S}`;

  /** The headers of draft-ietf-httpapi-ratelimit-headers-10. */
  const headersOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes) => ({
    'ratelimit-policy': policy,
    ratelimit: `"${NAME}";r=${Math.max(0, remainingPoints)};t=${secondsOf(msBeforeNext)}`,
  });

  return async (viewer, cost) => {
    try {
      return headersOf(await consume(viewer, cost));
    } catch (rejected) {
      if (rejected instanceof Unavailable) throw rejected; // too many requests of the account are waiting
      if (!(rejected instanceof RateLimiterRes)) {
        observe({ kind: 'fault', error: rejected });
        return {};
      }
      observe({ kind: 'limit_reached', limit: 'rate' });
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
