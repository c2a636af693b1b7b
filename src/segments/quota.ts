import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { QuotaExceeded, Unavailable } from '../errors/refusals.ts';
import { NEVER, newUsage, placesOf, type Usage } from './usage.ts';

export interface SegmentQuota {
  /** Max segments of an account. */
  limit: number;
  /**
   * Creates `places` segments (1 by default), or none. If they would exceed the maximum of the account, returns what `recall`
   * finds: what the same request created before (`replayed`). If `recall` returns null, throws QUOTA_EXCEEDED.
   */
  within<Created extends object>(
    accountId: string,
    create: () => Promise<Created>,
    recall: () => Promise<Created | null>,
    places?: number,
  ): Promise<Created>;
  /** Returns how many of `places` segments can be created, as far as is known without creating them. */
  room(accountId: string, places: number): Promise<number>;
  /** Deletes `places` segments (1 by default), or none if `remove` returns null, and reduces the count. */
  freeing<Deleted>(
    accountId: string,
    remove: () => Promise<Deleted | null>,
    places?: number,
  ): Promise<Deleted | null>;
}

/** An account is counted again after this time, or this multiple of what counting takes, so that it keeps no connection busy. */
const FRESH = { milliseconds: 5_000, timesCounting: 50 };
/** How long a creation waits for a count. Counting 500,000 segments took 0.1 to 2 s (2026-11-25), a small account about 1 ms. */
const PATIENCE_MS = 250;
const MAX_ACCOUNTS = 10_000;

/**
 * Limits the segments of each account to `max`. They are counted at the first creation and the result is cached, so that further
 * creations need no extra statement. A creation is only refused after a count during which nothing was created or deleted.
 * A single gateway is exact, except while the first count of an account takes longer than a creation waits for it. Until then, up to
 * `max` creations are let through. Several gateways only notice what the others create when they count again. Together, they can
 * exceed the limit by what is created in that time. A creation with an unknown outcome is included until the next count.
 */
export function segmentQuota(
  max: number,
  countUpTo: (accountId: string, enough: number) => Promise<number>,
  { now = () => performance.now() } = {},
): SegmentQuota {
  const known = new LRUCache<string, Usage>({ max: MAX_ACCOUNTS });

  const count = async (accountId: string, usage: Usage): Promise<void> => {
    const start = now();
    usage.unseen = placesOf(usage.inFlight);
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

  const isUndecided = ({ used, isDoubtful }: Usage, places: number) => used + places > max && isDoubtful;

  /** Returns what is known. Counts again if it is old or undecided, and waits for the count if the decision depends on it. */
  const usageOf = async (accountId: string, places: number): Promise<Usage> => {
    const usage = known.get(accountId) ?? newUsage();
    known.set(accountId, usage);
    if (now() < usage.staleAt && !isUndecided(usage, places)) return usage;
    const isFirst = usage.staleAt === NEVER;
    const counting = counted(accountId, usage);
    const waited = Promise.race([counting, sleep(PATIENCE_MS, undefined, { ref: false })]);
    if (usage.used + places > max) await waited;
    else if (isFirst)
      await waited.catch(() => {}); // if the database fails, the creation reports it
    else waited.catch(() => {});
    return usage;
  };

  /** Returns what is known, after a second count if the first one does not decide. */
  const decidedUsageOf = async (accountId: string, places: number): Promise<Usage> => {
    const usage = await usageOf(accountId, places);
    return isUndecided(usage, places) ? usageOf(accountId, places) : usage;
  };

  const take = (usage: Usage, places: number) => {
    usage.used += places;
    usage.unseen += places;
  };

  return {
    limit: max,
    async within(accountId, create, recall, places = 1) {
      const usage = await decidedUsageOf(accountId, places);
      if (usage.used + places > max) {
        await Promise.allSettled(usage.inFlight.keys()); // the same request may be among them
        const created = await recall();
        if (created) return created;
        if (usage.used + places > max) throw new QuotaExceeded(max);
      }
      take(usage, places);
      const creating = create();
      usage.inFlight.set(creating, places);
      try {
        const created = await creating;
        if ('replayed' in created && created.replayed) take(usage, -places);
        return created;
      } catch (error) {
        if (!(error instanceof Unavailable && error.outcome === 'unknown')) take(usage, -places);
        throw error;
      } finally {
        usage.inFlight.delete(creating);
      }
    },
    async room(accountId, places) {
      const { used } = await decidedUsageOf(accountId, places);
      return Math.max(0, Math.min(places, max - used));
    },
    async freeing(accountId, remove, places = 1) {
      const usage = known.get(accountId);
      const counts = usage?.counts;
      const deleted = await remove();
      if (!deleted || !usage) return deleted;
      // A count that overlaps with the deletion may or may not include the segment.
      if (usage.counting || usage.counts !== counts) usage.isDoubtful = true;
      else usage.used -= places;
      return deleted;
    },
  };
}
