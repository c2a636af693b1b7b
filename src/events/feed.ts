import { recentSlices } from './recent-slices.ts';
import type { EventSlice } from './store/read.ts';
import type { EventStore } from './store.ts';

/** Delivers new events to all followers in this process. */
export interface Feed {
  /**
   * Waits until an account's log has events after a place, and returns them. Followers share reads: one that is behind gets what
   * another one has just read, unless it is new: a segment may have been deleted since. Rejects with the reason of the signal if it
   * aborts.
   */
  next(accountId: string, after: number, signal: AbortSignal, isNew?: boolean): Promise<EventSlice>;
  /** Checks for new events soon. Called after a write. */
  wake(): void;
  stop(): void;
}

interface Options {
  /** Returns the current number of milliseconds between two checks. */
  everyMs(): number;
}

/** Max events of a read, and about how many bytes of contents they have, unless a single one has more. */
const SIZE = 100;
const MAX_BYTES = 1024 * 1024;
/** Min milliseconds between two checks, even if there are many writes. */
const MIN_GAP_MS = 25;

interface Waiting {
  after: number;
  resolve(): void;
}

/**
 * Creates a feed. One statement checks the logs of all accounts that have waiting followers. The feed keeps only what was read a
 * moment ago: each follower knows its own place.
 */
export function eventFeed(store: Pick<EventStore, 'heads' | 'read'>, { everyMs }: Options): Feed {
  const accounts = new Map<string, Set<Waiting>>();
  const reads = new Map<string, Promise<EventSlice>>();
  const recent = recentSlices();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isWoken = false;
  let lookedAt = 0;
  let isStopped = false;

  const schedule = (ms: number) => {
    clearTimeout(timer);
    timer = isStopped || accounts.size === 0 ? undefined : setTimeout(look, ms).unref();
  };

  const resolveBefore = (accountId: string, place: number) => {
    for (const waiting of accounts.get(accountId) ?? []) if (waiting.after < place) waiting.resolve();
  };

  const look = async () => {
    isLooking = true;
    isWoken = false;
    lookedAt = performance.now();
    try {
      const heads = await store.heads([...accounts.keys()]);
      for (const [accountId, head] of heads) resolveBefore(accountId, head);
    } catch {
      // The database does not answer, which the readiness check reports. Followers keep waiting.
    }
    isLooking = false;
    schedule(isWoken ? MIN_GAP_MS : everyMs());
  };

  const wake = () => {
    isWoken = true;
    if (!isLooking && accounts.size > 0) schedule(Math.max(0, lookedAt + MIN_GAP_MS - performance.now()));
  };

  const readNew = async (accountId: string, after: number): Promise<EventSlice> => {
    const slice = await store.read({ accountId, after, size: SIZE, maxBytes: MAX_BYTES });
    recent.keep(accountId, after, slice);
    const last = slice.events.at(-1);
    if (last) resolveBefore(accountId, last.n); // so that followers at different places meet again
    return slice;
  };

  const read = (accountId: string, after: number): Promise<EventSlice> => {
    const key = `${accountId} ${after}`;
    const underWay = reads.get(key);
    if (underWay) return underWay;
    const reading = readNew(accountId, after).finally(() => reads.delete(key));
    reads.set(key, reading);
    return reading;
  };

  const untilNew = (accountId: string, after: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason); // it aborted during the read
      const ofAccount = accounts.get(accountId) ?? new Set<Waiting>();
      const leave = () => {
        signal.removeEventListener('abort', abort);
        ofAccount.delete(waiting);
        if (ofAccount.size === 0) accounts.delete(accountId);
      };
      const abort = () => {
        leave();
        reject(signal.reason);
      };
      const waiting = {
        after,
        resolve() {
          leave();
          resolve();
        },
      };
      accounts.set(accountId, ofAccount.add(waiting));
      signal.addEventListener('abort', abort);
      if (!timer && !isLooking) schedule(MIN_GAP_MS);
    });

  return {
    async next(accountId, after, signal, isNew = false) {
      let mustRead = isNew;
      for (;;) {
        signal.throwIfAborted();
        const known = mustRead ? undefined : recent.find(accountId, after);
        if (known) return known;
        if (mustRead || !recent.isHead(accountId, after)) {
          const slice = await read(accountId, after);
          if (slice.events.length > 0 || after < slice.prunedTo) return slice;
        }
        const waiting = untilNew(accountId, after, signal);
        wake(); // an event may have been written since the place was the newest one
        await waiting;
        mustRead = recent.find(accountId, after) === undefined;
      }
    },
    wake,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
