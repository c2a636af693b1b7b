import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { QuotaExceeded, Unavailable } from '../errors/refusals.ts';
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
  /** Deletes a segment, if it is there. What was deleted makes room. */
  freeing<Deleted>(accountId: string, remove: () => Promise<Deleted | null>): Promise<Deleted | null>;
}

/** What is known of an account's segments. */
interface Usage {
  /** As counted, with what was created here since, or is being created. Never too small, as far as this gateway knows. */
  used: number;
  underWay: Set<Promise<Created>>;
  /** Creations that a count under way may or may not have seen. */
  unseen: number;
  counting: Promise<void> | null;
  /** How many counts have ended. */
  counts: number;
  /** Whether `used` may be too large: segments were created or deleted during the count. */
  isDoubtful: boolean;
  /** When it may be counted again. */
  staleAt: number;
}

/** An account is counted again after so long, or so many times what counting takes, so that it keeps no connection busy. */
const FRESH = { milliseconds: 5_000, timesCounting: 50 };
/** How long a creation waits for a count. A small account is counted in a millisecond, one of 500,000 in 0.1 to 2 s. */
const PATIENCE_MS = 250;
const MAX_ACCOUNTS = 10_000;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * At most `max` segments for each account. The segments of an account are counted at its first creation and remembered, so
 * that further creations need no statement of their own. A creation is only refused after a count that nothing disturbed.
 * One gateway is exact, except while the first count of an account takes longer than a creation waits for it: until it ends,
 * up to `max` creations pass. Several gateways see what the others create when they count again, so together they can
 * exceed the limit by what is created in that time. A creation of unknown outcome keeps its place until the next count.
 */
export function segmentQuota(
  max: number,
  countUpTo: (accountId: string, enough: number) => Promise<number>,
  { now = () => performance.now() } = {},
): SegmentQuota {
  const known = new LRUCache<string, Usage>({ max: MAX_ACCOUNTS });

  const count = async (accountId: string, usage: Usage): Promise<void> => {
    const start = now();
    usage.unseen = usage.underWay.size;
    usage.isDoubtful = false;
    const counted = await countUpTo(accountId, max).catch((error: unknown) => {
      usage.isDoubtful = true;
      throw error;
    });
    const end = now();
    usage.used = counted + usage.unseen;
    usage.counts += 1;
    if (usage.unseen > 0) usage.isDoubtful = true;
    usage.staleAt = end + Math.max(FRESH.milliseconds, (end - start) * FRESH.timesCounting);
  };

  const counted = (accountId: string, usage: Usage): Promise<void> => {
    usage.counting ??= count(accountId, usage).finally(() => {
      usage.counting = null;
    });
    return usage.counting;
  };

  const isUndecided = ({ used, isDoubtful }: Usage) => used >= max && isDoubtful;

  /** What is known. It is counted again if that is old or undecided, and the count is waited for if it decides. */
  const usageOf = async (accountId: string): Promise<Usage> => {
    const usage = known.get(accountId) ?? newUsage();
    known.set(accountId, usage);
    if (now() < usage.staleAt && !isUndecided(usage)) return usage;
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
      let usage = await usageOf(accountId);
      if (isUndecided(usage)) usage = await usageOf(accountId);
      if (usage.used >= max) {
        await Promise.allSettled(usage.underWay); // the same request may be among them
        const created = await recall();
        if (created) return created;
        if (usage.used >= max) throw new QuotaExceeded(max);
      }
      take(usage, 1);
      const creating = create();
      usage.underWay.add(creating);
      try {
        const created = await creating;
        if (created.replayed) take(usage, -1);
        return created;
      } catch (error) {
        if (!(error instanceof Unavailable && error.outcome === 'unknown')) take(usage, -1);
        throw error;
      } finally {
        usage.underWay.delete(creating);
      }
    },
    async freeing(accountId, remove) {
      const usage = known.get(accountId);
      const counts = usage?.counts;
      const deleted = await remove();
      if (!deleted || !usage) return deleted;
      // A count that overlaps the deletion may or may not have seen it.
      if (usage.counting || usage.counts !== counts) usage.isDoubtful = true;
      else usage.used -= 1;
      return deleted;
    },
  };
}

const newUsage = (): Usage => ({
  used: 0,
  underWay: new Set(),
  unseen: 0,
  counting: null,
  counts: 0,
  isDoubtful: false,
  staleAt: NEVER,
});
