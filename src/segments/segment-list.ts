import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';
import { customerId } from '../values/customer-id.ts';
import { TimeFilter } from '../values/moment.ts';
import { extentOf, notACursor, pageSize } from '../values/page-size.ts';
import { text } from '../values/text.ts';
import { type Texts, texts } from './segment.ts';
import { NEWEST_FIRST, type Order, type Place, placeAt, SegmentOrder } from './segment-order.ts';

const MAX_VALUES = 100;
/** Max characters of a text to search for, the same as of a name. */
export const MAX_SOUGHT = 255;

/**
 * A page to read: at most `size` segments, starting at `from` (or at the end of the list where the direction starts) and ending
 * before `until`. Neither place is part of the page, unless `from` is `included`.
 */
export interface Window {
  order: Order;
  backward: boolean;
  from: (Place & { included?: boolean }) | null;
  until: Place | null;
  size: number;
  filter: Filter;
  /** The long texts of each segment to read; all of them by default. */
  texts?: Texts;
  /** Whether to read the head of the event log in the same snapshot. */
  withHead?: boolean;
}

/** A window, and how many segments at its end are returned; null means all of them. */
export interface Paging extends Window {
  tail: number | null;
  /** False if the page is not needed, for example for the total count alone. Its arguments are checked nevertheless. */
  isRead: boolean;
}

const stored = text(0, 5_000);
/** A text to search for. A search compares it at every position of every text, so its length limits the cost; see docs/lists.md. */
const sought = text(0, MAX_SOUGHT).nullish();
const TextFilter = z.strictObject({
  eq: stored.nullish(),
  in: z.array(stored).max(MAX_VALUES, `must have at most ${MAX_VALUES} values`).nullish(),
  contains: sought,
  startsWith: sought,
});

/** Which segments to list. Conditions are combined with AND. Null is the same as omitted. */
export const SegmentFilter = z.strictObject({
  name: TextFilter.nullish(),
  criteria: TextFilter.nullish(),
  createdAt: TimeFilter.nullish(),
  updatedAt: TimeFilter.nullish(),
  /** The id of a customer who is a member. */
  member: customerId.nullish(),
});
export type Filter = z.output<typeof SegmentFilter>;

/** A cursor, or the segment at that place: in CREATED_AT order, `{ id }` is sufficient. */
const place = z.union([z.string(), z.strictObject({ id: z.string() })]).nullish();

/**
 * The arguments of a Relay connection, in any combination (Relay's specification, section 4.4). See `extentOf`.
 */
export const ListSegments = z
  .strictObject({
    first: pageSize,
    after: place,
    last: pageSize,
    before: place,
    filter: SegmentFilter.nullish(),
    orderBy: SegmentOrder.nullish(),
    /** Lists the segments of this customer. */
    customer: customerId.optional(),
    texts,
    isRead: z.boolean().optional(),
    withHead: z.boolean().optional(),
  })
  .transform(
    ({ first, after, last, before, texts, isRead, withHead, customer, ...list }, { issues }): Paging => {
      const member = list.filter?.member ?? customer;
      if (customer !== undefined && member !== customer) {
        const message = `must be omitted, or be the id of this customer, not ${quoted(member)}`;
        issues.push({ code: 'custom', path: ['filter', 'member'], message, input: member });
      }
      const order = list.orderBy ?? NEWEST_FIRST;
      const placed = (param: string, given: typeof after): Place | null => {
        const found = given == null ? null : placeAt(order, given);
        if (given != null && !found) {
          issues.push({ code: 'custom', path: [param], message: notAPlace(given), input: given });
        }
        return found;
      };
      const start = placed('after', after);
      const end = placed('before', before);
      const { backward, ...extent } = extentOf({ first, after, last, before });
      return {
        order,
        backward,
        from: backward ? end : start,
        until: backward ? start : end,
        ...extent,
        filter: { ...list.filter, ...(member !== undefined && { member }) },
        ...(texts && { texts }),
        ...(withHead && { withHead }),
        isRead: isRead ?? true,
      };
    },
  );

function notAPlace(given: string | { id: string }): string {
  if (typeof given !== 'string') return `must be the id of a segment, not ${quoted(given.id)}`;
  return notACursor(given);
}
