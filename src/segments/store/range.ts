import { type TimeRange, timestampOf } from '../../values/moment.ts';
import { idPrefix } from '../segment-id.ts';
import type { Filter } from '../segment-list.ts';
import type { Order, Place } from '../segment-order.ts';

/** One end of a range of an order. It is not part of the range, unless it is `included`. */
export type End = Place & { included?: boolean };

/** Part of an order, between two places. Without an end, it reaches as far as the order does. */
export interface Range {
  low: End | null;
  high: End | null;
}

/** What two ranges of one order have in common. */
export const common = (one: Range, other: Range): Range => ({
  low: tighter(one.low, other.low, 1),
  high: tighter(one.high, other.high, -1),
});

function tighter(one: End | null, other: End | null, side: 1 | -1): End | null {
  if (!one || !other) return one ?? other;
  const difference = compared(one, other) * side;
  if (difference === 0) return one.included ? other : one;
  return difference > 0 ? one : other;
}

/** As the indexes do: by value, then by id, both in byte order. Times are written such that this is their order too. */
const compared = (one: End, other: End): number =>
  bytewise(one.value ?? '', other.value ?? '') || bytewise(one.id, other.id);

const bytewise = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Before and behind every id, in byte order. */
export const IDS = { low: '', high: '~' };

/** The ids that one value has in a range of an order by value, then by id. */
export function idsOf(value: string, range: Range): Range {
  const ofValue = { low: { value, id: IDS.low }, high: { value, id: IDS.high } };
  const { low, high } = common(ofValue, range);
  const isEmpty = low !== null && high !== null && compared(low, high) > 0;
  return isEmpty ? { low: { value: null, id: IDS.high }, high: null } : { low: idOf(low), high: idOf(high) };
}

const idOf = (end: End | null): End | null => end && { ...end, value: null };

/** The range of an order that the times in a filter mean, if it is the order of those times, and what is left of the filter. */
export function timesOf(field: Order['field'], filter: Filter): { range: Range; rest: Filter } {
  const { createdAt, updatedAt } = filter;
  if (field === 'CREATED_AT' && createdAt) {
    return { range: rangeOf(createdAt, idsFrom), rest: { ...filter, createdAt: null } };
  }
  if (field === 'UPDATED_AT' && updatedAt) {
    return { range: rangeOf(updatedAt, updatesFrom), rest: { ...filter, updatedAt: null } };
  }
  return { range: { low: null, high: null }, rest: filter };
}

const rangeOf = ({ from, until }: TimeRange, endAt: (time: number) => End): Range => ({
  low: from === null ? null : endAt(from),
  high: until === null ? null : endAt(until),
});

/** Before every id of that time or later. An id begins with its milliseconds, so a range of time is one of ids. */
const idsFrom = (time: number): End => ({ value: null, id: idPrefix(time) });
const updatesFrom = (time: number): End => ({ value: timestampOf(time), id: IDS.low });
