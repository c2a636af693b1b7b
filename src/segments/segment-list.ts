import { z } from 'zod';
import { held } from '../errors.ts';
import { TimeFilter } from './moment.ts';
import { text } from './segment.ts';
import { NEWEST_FIRST, type Order, type Place, placeAt, SegmentOrder } from './segment-order.ts';

export const DEFAULT_SIZE = 10;
export const LARGEST_SIZE = 100;
const MOST_VALUES = 100;

/** A part of a list: so many segments, from a place, forward or back. */
export interface Window {
  order: Order;
  backward: boolean;
  from: Place | null;
  size: number;
  filter: Filter;
}

const rule = `must be a whole number from 1 to ${LARGEST_SIZE}`;
const size = z
  .int({ error: ({ input }) => `${rule}, not ${held(input)}` })
  .refine((value) => value >= 1 && value <= LARGEST_SIZE, {
    error: ({ input }) => `${rule}, not ${held(input)}`,
  })
  .nullish();
const sought = text(0, 5_000).nullish();
const TextFilter = z.strictObject({
  eq: sought,
  in: z.array(text(0, 5_000)).max(MOST_VALUES, `must have at most ${MOST_VALUES} values`).nullish(),
  contains: sought,
  startsWith: sought,
});

/** Which segments to list: all conditions that are given must hold. Null means that a condition is not given. */
export const SegmentFilter = z.strictObject({
  name: TextFilter.nullish(),
  criteria: TextFilter.nullish(),
  createdAt: TimeFilter.nullish(),
  updatedAt: TimeFilter.nullish(),
});
export type Filter = z.output<typeof SegmentFilter>;

/** A cursor, or the segment that stands there: `{ id }` will do in CREATED_AT order. */
const place = z.union([z.string(), z.strictObject({ id: z.string() })]).nullish();

/** Relay's arguments: `first` from `after`, or `last` up to `before`. They become a window. */
export const ListSegments = z
  .strictObject({
    first: size,
    after: place,
    last: size,
    before: place,
    filter: SegmentFilter.nullish(),
    orderBy: SegmentOrder.nullish(),
  })
  .transform(({ first, after, last, before, filter, orderBy }, { issues }): Window => {
    const order = orderBy ?? NEWEST_FIRST;
    const backward = last != null || before != null;
    const [name, given] = backward ? (['before', before] as const) : (['after', after] as const);
    const refuse = (param: string, message: string) =>
      issues.push({ code: 'custom', path: [param], message, input: given });

    if (backward && (after != null || first != null)) {
      refuse(
        after != null ? 'after' : 'first',
        'asks for a page forward, another parameter for one back: choose',
      );
    }
    const from = given == null ? null : placeAt(order, given);
    if (given != null && !from) {
      const shown = held(typeof given === 'string' ? given : given.id);
      refuse(name, `must be taken from a page of this list, in this order, and not be ${shown}`);
    }
    return { order, backward, from, size: (backward ? last : first) ?? DEFAULT_SIZE, filter: filter ?? {} };
  });

export const CountSegments = z.strictObject({ filter: SegmentFilter.nullish() });
