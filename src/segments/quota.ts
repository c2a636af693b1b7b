import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { QuotaExceeded, Unavailable } from '../errors.ts';
import type { Created } from './segment.ts';

export interface SegmentQuota {
  /**
   * Creates a segment. Where the account has as many as it may, gives what `recall` knows to have been created by the same
   * request before; if that is null, throws QUOTA_EXCEEDED.
   */
  within(
    accountId: string,
    create: () => Promise<Created>,
    recall: () => Promise<Created | null>,
  ): Promise<Created>;
  /** Told of each segment that was deleted. */
  freed(accountId: string): void;
}

/** What is known of an account's segments. */
interface Usage {
  /** As counted, with what was created here since, or is being created. */
  used: number;
  underWay: number;
  /** Creations that a count under way may have seen or not. */
  unseen: number;
  counting: Promise<void> | null;
  /** When it may be counted again. */
  staleAt: number;
}

/** What other gateways do is seen after so long, or after so many times what counting takes: it keeps no connection busy. */
const FRESH = { milliseconds: 5_000, timesCounting: 50 };
/** How long a creation waits for a count. A small account is counted in a millisecond, one of 500,000 in 0.1 to 2 s. */
const PATIENCE_MS = 250;
const MAX_ACCOUNTS = 10_000;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * At most `max` segments for each account. The segments of an account are counted at its first creation, and from then on
 * remembered, so that a creation costs no statement more. One gateway is exact, unless it takes longer than a creation
 * waits to count an account for the first time: until then, creations pass. Several gateways see what the others create
 * when they count again, so together they can exceed the limit by what is created in that time.
 * A creation of unknown outcome keeps its place until the next count.
 */
export function segmentQuota(
  max: number,
  countUpTo: (accountId: string, enough: number) => Promise<number>,
  { now = () => performance.now() } = {},
): SegmentQuota {
  const known = new LRUCache<string, Usage>({ max: MAX_ACCOUNTS });

  const count = async (accountId: string, usage: Usage): Promise<void> => {
    const start = now();
    usage.unseen = usage.underWay;
    const counted = await countUpTo(accountId, max);
    const end = now();
    usage.used = counted + usage.unseen;
    usage.staleAt = end + Math.max(FRESH.milliseconds, (end - start) * FRESH.timesCounting);
  };

  const counted = (accountId: string, usage: Usage): Promise<void> => {
    usage.counting ??= count(accountId, usage).finally(() => {
      usage.counting = null;
    });
    return usage.counting;
  };

  /** What is known. It is counted where that is old, and waited for where it decides. */
  const usageOf = async (accountId: string): Promise<Usage> => {
    const usage = known.get(accountId) ?? { used: 0, underWay: 0, unseen: 0, counting: null, staleAt: NEVER };
    known.set(accountId, usage);
    if (now() < usage.staleAt) return usage;
    const isFirst = usage.staleAt === NEVER;
    const counting = counted(accountId, usage);
    const waited = Promise.race([counting, sleep(PATIENCE_MS, undefined, { ref: false })]);
    if (usage.used >= max) await waited;
    else if (isFirst)
      await waited.catch(() => {}); // whatever is wrong with the database, the creation tells
    else waited.catch(() => {});
    return usage;
  };

  const take = (usage: Usage, places: 1 | -1) => {
    usage.used += places;
    usage.unseen += places;
  };

  return {
    async within(accountId, create, recall) {
      const usage = await usageOf(accountId);
      if (usage.used >= max) {
        const created = await recall();
        if (created) return created;
        throw new QuotaExceeded(max);
      }
      take(usage, 1);
      usage.underWay += 1;
      try {
        const created = await create();
        if (created.replayed) take(usage, -1);
        return created;
      } catch (error) {
        if (!(error instanceof Unavailable && error.outcome === 'unknown')) take(usage, -1);
        throw error;
      } finally {
        usage.underWay -= 1;
      }
    },
    freed(accountId) {
      const usage = known.get(accountId);
      if (usage) usage.used -= 1;
    },
  };
}
