import type { Segment } from './segment.ts';
import type { Window } from './segment-list.ts';
import { type Order, placeOf } from './segment-order.ts';
import type { SegmentStore } from './store.ts';

/** A page of a list, and whether there are segments before and after it. */
export interface SegmentPage {
  order: Order;
  segments: Segment[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
  /** Counts the segments on all pages. */
  count(): Promise<number>;
  /** The cursor of the account's newest event in the snapshot that the page was read from, if it was requested. */
  headCursor?: string;
}

/** A page that is not needed. */
export const unreadPage = (order: Order, count: SegmentPage['count']): SegmentPage => ({
  order,
  segments: [],
  hasNext: async () => false,
  hasPrevious: async () => false,
  count,
});

/** Whether there are segments at the place where a page starts, or behind it. */
export async function liesBehind(
  store: SegmentStore,
  accountId: string,
  { order, backward, from, filter }: Window,
  shown: readonly Segment[],
): Promise<boolean> {
  if (!from) return false; // nothing lies behind the end of the list
  const nearest = backward ? shown.at(-1) : shown.at(0);
  const place = nearest ? placeOf(order, nearest) : { ...from, included: true };
  const page = await store.list({
    accountId,
    order,
    backward: !backward,
    from: place,
    until: null,
    size: 1,
    filter,
    texts: 'none',
  });
  return page.segments.length > 0;
}
