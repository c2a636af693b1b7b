import { z } from 'zod';
import { isStorable } from './moment.ts';
import type { Segment } from './segment.ts';
import { isSegmentId } from './segment-id.ts';

/** What a list may be ordered by. CREATED_AT is the order of the ids. */
export const ORDER_FIELDS = ['CREATED_AT', 'UPDATED_AT', 'NAME'] as const;
export const DIRECTIONS = ['ASC', 'DESC'] as const;

export const SegmentOrder = z.strictObject({ field: z.enum(ORDER_FIELDS), direction: z.enum(DIRECTIONS) });
export type Order = z.output<typeof SegmentOrder>;

export const NEWEST_FIRST: Order = { field: 'CREATED_AT', direction: 'DESC' };

/**
 * A place between two segments of an order. It needs no row: a deleted segment still marks its place.
 * `value` is what the order compares before the id; in CREATED_AT order the id alone says it.
 */
export interface Place {
  id: string;
  value: string | null;
}

const LONGEST = 2_000;

const Cursor = z.tuple([
  z.enum(ORDER_FIELDS),
  z.enum(DIRECTIONS),
  z.string().refine(isSegmentId),
  z
    .string()
    .max(2 * 255)
    .refine((value) => !value.includes('\u0000') && value.isWellFormed())
    .nullable(),
]);

/** The place right at a segment. */
export const placeOf = (order: Order, segment: Segment): Place => ({
  id: segment.id,
  value: orderedBy(order, segment),
});

/** An opaque text for the place right at a segment: base64url of the order, the id, and what is ordered by. */
export function cursorOf(order: Order, segment: Segment): string {
  const place = [order.field, order.direction, segment.id, orderedBy(order, segment)];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that a cursor marks, or a segment's id in CREATED_AT order; null if it marks none in this order. */
export function placeAt(order: Order, at: string | { id: string }): Place | null {
  if (typeof at === 'string') return placeOfCursor(order, at);
  return order.field === 'CREATED_AT' && isSegmentId(at.id) ? { id: at.id, value: null } : null;
}

function placeOfCursor(order: Order, cursor: string): Place | null {
  if (cursor.length > LONGEST) return null;
  const read = Cursor.safeParse(parsed(Buffer.from(cursor, 'base64url').toString()));
  if (!read.success) return null;
  const [field, direction, id, value] = read.data;
  if (field !== order.field || direction !== order.direction) return null;
  return isValueOf(field, value) ? { id, value } : null;
}

function orderedBy({ field }: Order, { name, updatedAt }: Segment): string | null {
  if (field === 'NAME') return name;
  return field === 'UPDATED_AT' ? updatedAt.toISOString() : null;
}

function isValueOf(field: Order['field'], value: string | null): boolean {
  if (field === 'CREATED_AT') return value === null;
  if (value === null) return false;
  return field === 'NAME' || (z.iso.datetime().safeParse(value).success && isStorable(new Date(value)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
