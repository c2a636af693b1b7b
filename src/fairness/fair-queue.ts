import { AsyncLocalStorage } from 'node:async_hooks';
import type { Unavailable } from '../errors/refusals.ts';
import { lateCheck } from './late-check.ts';
import { busy, closed, late } from './queue-refusals.ts';
import { claimOf, newShare, type Share, sinceOf } from './share.ts';

interface Limits {
  /** Pieces of work that run at once. */
  slots: number;
  /** Max slots of one account. */
  perAccount: number;
  /** Max pieces of work of one account that wait. */
  maxWaiting: number;
  /** Max time that a piece of work waits. */
  patienceMs: number;
  /** A monotonic clock, in milliseconds. */
  clock?(): number;
  /** Called when a piece of work has ended: how many calls it answered, and the milliseconds that it waited and took. */
  onEnd?(calls: number | undefined, waitedMs: number, ms: number): void;
  /** Called when a piece of work is refused because too much is waiting, or because it has waited too long. */
  onRefused?(): void;
}

/** Work of many accounts that shares a few slots. */
export interface FairQueue {
  /**
   * Does a piece of work as soon as its account can have a slot. Work that belongs to no single account (null) can have any
   * slot and is charged to nobody. `calls` is only passed to `onEnd`. Throws UNAVAILABLE, without beginning the work, if too much of the account is already waiting,
   * if the wait is too long, or if the queue is closed.
   */
  run<Result>(accountId: string | null, work: () => Promise<Result>, calls?: number): Promise<Result>;
  /** How many pieces of work wait. */
  waiting(): number;
  /** Refuses all waiting and all future work. */
  close(): void;
}

/**
 * Shares slots between accounts by the time that their work takes. The next slot goes to the account that has waited longest,
 * counted from when its work arrived or from when the time of its earlier work is paid for, whichever is later (a virtual clock,
 * as in Zhang, 1990). So an account that uses more than the time of one slot yields to the others, for at most half of the time
 * that work may wait.
 */
export function fairQueue({
  slots,
  perAccount,
  maxWaiting,
  patienceMs,
  clock = () => performance.now(),
  onEnd,
  onRefused,
}: Limits): FairQueue {
  const shares = new Map<string | null, Share>();
  let free = slots;
  let waiting = 0;
  let isClosed = false;

  const mayBegin = ({ isShared, running }: Share) => free > 0 && (isShared || running < perAccount);

  const perform = async <Result>(
    accountId: string | null,
    share: Share,
    work: () => Promise<Result>,
    { since, calls }: { since: number; calls: number | undefined },
  ): Promise<Result> => {
    free -= 1;
    share.running += 1;
    const start = clock();
    share.paidUntil = Math.max(share.paidUntil, start);
    try {
      return await work();
    } finally {
      free += 1;
      share.running -= 1;
      const end = clock();
      onEnd?.(calls, start - since, end - start);
      share.paidUntil = Math.min(share.paidUntil + end - start, end + patienceMs / 2);
      if (waiting > 0) beginNext();
      if (share.running === 0 && share.waiting.length === 0 && share.paidUntil <= end)
        shares.delete(accountId);
      if (free === slots) shares.clear();
    }
  };

  function beginNext(): void {
    while (free > 0) {
      let next: Share | undefined;
      for (const share of shares.values()) {
        if (share.waiting.length === 0 || !mayBegin(share)) continue;
        if (!next || claimOf(share) < claimOf(next)) next = share;
      }
      if (!next) return;
      waiting -= 1;
      next.waiting.shift()?.begin();
    }
  }

  function refuseBefore(latest: number, refusal: () => Unavailable): void {
    for (const share of shares.values()) {
      while (sinceOf(share) < latest) {
        waiting -= 1;
        share.waiting.shift()?.refuse(refusal());
      }
    }
  }

  const watch = lateCheck({
    limitMs: patienceMs,
    giveUp: (latest) => refuseBefore(latest, () => reached(late())),
    isNeeded: () => waiting > 0,
    clock,
  });

  const reached = (refusal: Unavailable) => {
    onRefused?.();
    return refusal;
  };

  return {
    run(accountId, work, calls) {
      if (isClosed) return Promise.reject(closed());
      const share = shares.get(accountId) ?? newShare(accountId);
      shares.set(accountId, share);
      const asked = { since: clock(), calls };
      if (share.waiting.length === 0 && mayBegin(share)) return perform(accountId, share, work, asked);
      if (share.waiting.length >= maxWaiting) return Promise.reject(reached(busy()));
      waiting += 1;
      watch();
      return new Promise((resolve, reject) => {
        share.waiting.push({
          since: asked.since,
          // In the asynchronous context of the caller: otherwise, a trace of the account whose work has just ended would contain it.
          begin: AsyncLocalStorage.bind(
            () => void perform(accountId, share, work, asked).then(resolve, reject),
          ),
          refuse: reject,
        });
      });
    },
    waiting: () => waiting,
    close() {
      isClosed = true;
      refuseBefore(Number.POSITIVE_INFINITY, closed);
    },
  };
}
