import { type TimeRange, timestampOf } from '../../values/moment.ts';
import { idPrefix } from '../segment-id.ts';
import type { Filter } from '../segment-list.ts';
import type { Order, Place } from '../segment-order.ts';

/** An end of a range. It is not part of the range, unless it is `included`. */
export type End = Place & { included?: boolean };

/** The part of an order between two places. An end that is null means the end of the order. */
export interface Range {
  low: End | null;
  high: End | null;
}

/** The intersection of two ranges of the same order. */
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

/** Compares like the indexes: by value, then by id, both in byte order. Times are formatted so that this is their order too. */
const compared = (one: End, other: End): number =>
  bytewise(one.value ?? '', other.value ?? '') || bytewise(one.id, other.id);

const bytewise = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Texts before and after every id, in byte order. */
export const IDS = { low: '', high: '~' };

/** Converts a range of an order by value and id into the range of ids that rows with this value have in it. */
export function idsOf(value: string, range: Range): Range {
  const ofValue = { low: { value, id: IDS.low }, high: { value, id: IDS.high } };
  const { low, high } = common(ofValue, range);
  const isEmpty = low !== null && high !== null && compared(low, high) > 0;
  return isEmpty ? { low: { value: null, id: IDS.high }, high: null } : { low: idOf(low), high: idOf(high) };
}

const idOf = (end: End | null): End | null => end && { ...end, value: null };

/** Converts the times of a filter into a range, if the list is in the order of those times. Returns the rest of the filter, too. */
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

/** A place before every id of that time or later. An id begins with its milliseconds, so a range of times is one of ids. */
const idsFrom = (time: number): End => ({ value: null, id: idPrefix(time) });
const updatesFrom = (time: number): End => ({ value: timestampOf(time), id: IDS.low });
