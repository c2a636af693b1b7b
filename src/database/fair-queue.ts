import { Unavailable } from '../errors.ts';

interface Limits {
  /** Pieces of work that run at once. */
  slots: number;
  /** Of these, how many one account may have. */
  perAccount: number;
  /** Pieces of work of one account that may wait. */
  maxWaiting: number;
  /** How long a piece of work may wait. */
  patienceMs: number;
  /** Milliseconds that only go forward. */
  clock?(): number;
}

/** Work of many accounts that shares a few slots. */
export interface FairQueue {
  /**
   * Does a piece of work once there is a slot for its account. Work of nobody in particular (null) goes first and has no
   * share of its own. Throws UNAVAILABLE, without having begun, if too much of the account waits already or the wait is
   * too long.
   */
  run<Result>(accountId: string | null, work: () => Promise<Result>): Promise<Result>;
}

/** What an account has in the queue. */
interface Share {
  isShared: boolean;
  running: number;
  waiting: Waiting[];
  /** The virtual time at which its work so far is paid for. */
  paidUntil: number;
}

interface Waiting {
  since: number;
  begin(): void;
  refuse(error: Error): void;
}

/** How often work that waited too long is looked for. */
const LOOK_MS = 100;

/**
 * Shares slots between accounts by the time that their work takes: start-time fair queueing (Goyal, Vin and Cheng, 1996).
 * The next slot goes to the account that has used the least. One that comes back after a pause has saved up nothing.
 */
export function fairQueue({
  slots,
  perAccount,
  maxWaiting,
  patienceMs,
  clock = () => performance.now(),
}: Limits): FairQueue {
  const shares = new Map<string | null, Share>();
  let free = slots;
  let waiting = 0;
  let now = 0; // virtual: the start of the work that began last
  let isWatched = false;

  const mayBegin = ({ isShared, running }: Share) => free > 0 && (isShared || running < perAccount);

  const perform = async <Result>(
    accountId: string | null,
    share: Share,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    free -= 1;
    share.running += 1;
    now = Math.max(now, share.paidUntil);
    share.paidUntil = now;
    const start = clock();
    try {
      return await work();
    } finally {
      free += 1;
      share.running -= 1;
      if (!share.isShared) share.paidUntil += clock() - start;
      if (waiting > 0) beginNext();
      if (free === slots)
        shares.clear(); // nobody is owed anything once all is done
      else if (share.running === 0 && share.waiting.length === 0 && share.paidUntil <= now) {
        shares.delete(accountId);
      }
    }
  };

  function beginNext(): void {
    while (free > 0) {
      let next: Share | undefined;
      for (const share of shares.values()) {
        if (share.waiting.length === 0 || !mayBegin(share)) continue;
        if (!next || share.isShared || (!next.isShared && isBefore(share, next))) next = share;
      }
      if (!next) return;
      waiting -= 1;
      next.waiting.shift()?.begin();
    }
  }

  /** Whether the one is owed the next slot rather than the other: it has used less, or as little and has waited longer. */
  const isBefore = (one: Share, other: Share): boolean => {
    const difference = Math.max(now, one.paidUntil) - Math.max(now, other.paidUntil);
    return difference < 0 || (difference === 0 && sinceOf(one) < sinceOf(other));
  };

  function watch(): void {
    if (isWatched) return;
    isWatched = true;
    setTimeout(refuseLate, LOOK_MS).unref();
  }

  function refuseLate(): void {
    isWatched = false;
    const latest = clock() - patienceMs;
    for (const share of shares.values()) {
      while (sinceOf(share) < latest) {
        waiting -= 1;
        share.waiting.shift()?.refuse(busy());
      }
    }
    if (waiting > 0) watch();
  }

  return {
    run(accountId, work) {
      const share = shares.get(accountId) ?? {
        isShared: accountId === null,
        running: 0,
        waiting: [],
        paidUntil: 0,
      };
      shares.set(accountId, share);
      if (share.waiting.length === 0 && mayBegin(share)) return perform(accountId, share, work);
      if (share.waiting.length >= maxWaiting) return Promise.reject(busy());
      waiting += 1;
      watch();
      return new Promise((resolve, reject) => {
        share.waiting.push({
          since: clock(),
          begin: () => void perform(accountId, share, work).then(resolve, reject),
          refuse: reject,
        });
      });
    },
  };
}

const sinceOf = ({ waiting: [first] }: Share): number => first?.since ?? Number.POSITIVE_INFINITY;

const busy = () =>
  new Unavailable('not_applied', {
    message:
      'Too much of your account is waiting for the database. Send less at once, and retry in a moment.',
  });
