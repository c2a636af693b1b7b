import type { EventSlice } from './store/read.ts';
import type { EventStore } from './store.ts';

/** Brings the newest events to everybody in this process who waits for them. */
export interface Feed {
  /**
   * Returns the events behind a place of an account's log, as soon as there is one. Those who wait at the same place share
   * a read. Rejects with the reason of the signal if it aborts.
   */
  next(accountId: string, after: number, signal: AbortSignal): Promise<EventSlice>;
  /** Looks for new events soon: something has been written. */
  wake(): void;
  stop(): void;
}

interface Options {
  /** Milliseconds between two looks, at the moment. */
  everyMs(): number;
}

/** Max events of a read. */
const SIZE = 100;
/** Min milliseconds between two looks, however often there is something new. */
const MIN_GAP_MS = 25;

interface Waiting {
  after: number;
  resolve(): void;
}

/**
 * One statement looks for the newest events of all accounts that somebody waits for. Nothing else is kept: whoever waits
 * knows its place.
 */
export function eventFeed(store: Pick<EventStore, 'heads' | 'read'>, { everyMs }: Options): Feed {
  const accounts = new Map<string, Set<Waiting>>();
  const reads = new Map<string, Promise<EventSlice>>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isWoken = false;
  let lookedAt = 0;
  let isStopped = false;

  const schedule = (ms: number) => {
    clearTimeout(timer);
    timer = isStopped || accounts.size === 0 ? undefined : setTimeout(look, ms).unref();
  };

  const look = async () => {
    isLooking = true;
    isWoken = false;
    lookedAt = performance.now();
    try {
      const heads = await store.heads([...accounts.keys()]);
      for (const [accountId, head] of heads) {
        for (const waiting of accounts.get(accountId) ?? []) if (head > waiting.after) waiting.resolve();
      }
    } catch {
      // The database does not answer. Readiness tells that; those who wait go on waiting.
    }
    isLooking = false;
    schedule(isWoken ? MIN_GAP_MS : everyMs());
  };

  const wake = () => {
    isWoken = true;
    if (!isLooking && accounts.size > 0) schedule(Math.max(0, lookedAt + MIN_GAP_MS - performance.now()));
  };

  const read = (accountId: string, after: number): Promise<EventSlice> => {
    const key = `${accountId} ${after}`;
    const underWay = reads.get(key);
    if (underWay) return underWay;
    const reading = store.read({ accountId, after, size: SIZE }).finally(() => reads.delete(key));
    reads.set(key, reading);
    return reading;
  };

  const untilNew = (accountId: string, after: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason); // while the read was under way
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
    async next(accountId, after, signal) {
      for (;;) {
        signal.throwIfAborted();
        const slice = await read(accountId, after);
        if (slice.events.length > 0 || after < slice.prunedTo) return slice;
        await untilNew(accountId, after, signal);
      }
    },
    wake,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
