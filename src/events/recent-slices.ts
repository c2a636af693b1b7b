import type { EventSlice } from './store/read.ts';

/** The newest slices of the logs that are followed. */
export interface RecentSlices {
  keep(accountId: string, after: number, slice: EventSlice): void;
  /** Returns the events after a place, if they were just read. */
  find(accountId: string, after: number): EventSlice | undefined;
  /** Whether a place was the newest one of the log a moment ago. */
  isHead(accountId: string, place: number): boolean;
}

interface Recent {
  after: number;
  end: number;
  slice: EventSlice;
}

/**
 * How long a slice is kept. It must be short: if a segment is deleted after a slice was read, followers can still receive its contents
 * from the slice during this time.
 */
const FRESH_MS = 250;
/** Max events to keep, of all accounts. Further slices are not kept, and followers read them again. */
const MAX_EVENTS = 5_000;

/**
 * Keeps slices for a moment. The followers of an account have different places when they need more time than there is between two
 * events. Those behind then use what the first one has read, and all share the same events, instead of a read for each place.
 */
export function recentSlices(freshMs = FRESH_MS): RecentSlices {
  const ofAccounts = new Map<string, Set<Recent>>();
  let total = 0;

  return {
    keep(accountId, after, slice) {
      const { length } = slice.events;
      if (after < slice.prunedTo || total + length > MAX_EVENTS) return;
      const ofAccount = ofAccounts.get(accountId) ?? new Set();
      const recent = { after, end: after + length, slice };
      ofAccounts.set(accountId, ofAccount.add(recent));
      total += length;
      setTimeout(() => {
        ofAccount.delete(recent);
        if (ofAccount.size === 0) ofAccounts.delete(accountId);
        total -= length;
      }, freshMs).unref();
    },
    find(accountId, after) {
      for (const { after: start, end, slice } of ofAccounts.get(accountId) ?? []) {
        if (start === after && end > after) return slice;
        if (start < after && end > after) return { ...slice, events: slice.events.slice(after - start) };
      }
      return undefined;
    },
    isHead(accountId, place) {
      for (const { end, slice } of ofAccounts.get(accountId) ?? []) {
        if (end === place && slice.head === place) return true;
      }
      return false;
    },
  };
}
