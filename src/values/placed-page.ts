import type { z } from 'zod';
import { notACursor } from './page-size.ts';

/** A part of a list to read. Places are numbers in the order of the list. */
export interface PlaceWindow {
  after?: number | undefined;
  before?: number | undefined;
  backward: boolean;
}

interface Slice<Item> {
  /** The items that were read, in the order of the list. */
  items: readonly Item[];
  /** Whether there are more in the direction of paging. */
  hasMore: boolean;
  /** How many items at the end of the slice are returned; null means all of them. */
  tail: number | null;
  placeOf(item: Item): number;
  /** Whether the list has an item in a part of it. */
  holds(part: PlaceWindow): Promise<boolean>;
}

/** The page of a slice, and whether there are items before and after it. The list is only read if the slice does not tell. */
export function placedPage<Item>(
  { after, before: end, backward }: PlaceWindow,
  { items: all, hasMore, tail, placeOf, holds }: Slice<Item>,
) {
  const isCut = tail !== null && all.length > tail;
  const items = isCut ? all.slice(-tail) : [...all];
  const [first, last] = [items.at(0), items.at(-1)];
  const hasAhead = async () => hasMore;
  const before = () => holds({ before: first ? placeOf(first) : (after ?? 0) + 1, backward: true });
  const behind = async () => {
    const place = last ? placeOf(last) : (end ?? 0) - 1;
    return place >= 0 && holds({ after: place, backward: false });
  };
  return {
    items,
    hasNext: backward ? behind : hasAhead,
    hasPrevious: tail !== null ? async () => isCut : backward ? hasAhead : before,
  };
}

/**
 * Returns the place of a cursor of `list`. Returns undefined if no cursor is given. If `placeOf` returns null, because the cursor is
 * malformed, also adds an issue.
 */
export function readPlace(
  { param, given, list }: { param: string; given: string | null | undefined; list: string },
  placeOf: (cursor: string) => number | null,
  { issues }: z.RefinementCtx,
): number | undefined {
  if (given == null) return undefined;
  const place = placeOf(given);
  if (place !== null) return place;
  issues.push({ code: 'custom', path: [param], message: notACursor(given, list), input: given });
  return undefined;
}
