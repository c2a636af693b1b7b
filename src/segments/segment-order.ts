import { z } from 'zod';
import { isStorable } from '../values/moment.ts';
import { text } from '../values/text.ts';
import { MAX_NAME, type Segment } from './segment.ts';
import { isSegmentId } from './segment-id.ts';

/** The fields by which a list can be ordered. CREATED_AT is the order of the ids. */
export const ORDER_FIELDS = ['CREATED_AT', 'UPDATED_AT', 'NAME'] as const;
export const DIRECTIONS = ['ASC', 'DESC'] as const;

export const SegmentOrder = z.strictObject({ field: z.enum(ORDER_FIELDS), direction: z.enum(DIRECTIONS) });
export type Order = z.output<typeof SegmentOrder>;

export const NEWEST_FIRST: Order = { field: 'CREATED_AT', direction: 'DESC' };

/**
 * A place in an order. It stays valid after the segment is deleted. `value` is what the order compares before the id; it is null in
 * CREATED_AT order, which only compares ids.
 */
export interface Place {
  id: string;
  value: string | null;
}

/** A name that may be stored. It can be blank, which is refused today, because an older segment may have such a name. */
const StoredName = text(0, MAX_NAME);

/** The place of a segment. */
export const placeOf = (order: Order, segment: Segment): Place => ({
  id: segment.id,
  value: orderedBy(order, segment),
});

/** Returns the cursor of a segment: base64url of the order, the id, and the value that is compared first. */
export const cursorOf = (order: Order, segment: Segment): string =>
  encoded(order, segment.id, orderedBy(order, segment));

/** Returns the place of a cursor, or of a segment's id in CREATED_AT order; null if it has none in this order. */
export function placeAt(order: Order, at: string | { id: string }): Place | null {
  if (typeof at === 'string') return placeOfCursor(order, at);
  return order.field === 'CREATED_AT' && isSegmentId(at.id) ? { id: at.id, value: null } : null;
}

/**
 * Accepts exactly what `cursorOf` can return for a segment that can be stored: a cursor that is decoded and encoded again must be
 * the same. It needs no maximum length, because every step takes linear time and requests have a maximum size.
 */
function placeOfCursor(order: Order, cursor: string): Place | null {
  const read: unknown = parsed(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(read)) return null;
  const [, , id, value]: unknown[] = read;
  if (typeof id !== 'string' || !isSegmentId(id) || !isValueOf(order, value)) return null;
  return encoded(order, id, value) === cursor ? { id, value } : null;
}

const encoded = ({ field, direction }: Order, id: string, value: string | null): string =>
  Buffer.from(JSON.stringify([field, direction, id, value])).toString('base64url');

function orderedBy({ field }: Order, { name, updatedAt }: Segment): string | null {
  if (field === 'NAME') return name;
  return field === 'UPDATED_AT' ? updatedAt.toISOString() : null;
}

function isValueOf({ field }: Order, value: unknown): value is Place['value'] {
  if (field === 'CREATED_AT') return value === null;
  if (typeof value !== 'string') return false;
  return field === 'NAME' ? StoredName.safeParse(value).success : isStoredMoment(value);
}

function isStoredMoment(value: string): boolean {
  const moment = new Date(value);
  return isStorable(moment) && moment.toISOString() === value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
