import { randomInt } from 'node:crypto';
import { BASE, base62, fromBase62 } from '../values/base62.ts';

const HALF = 8;
const TAILS = BASE ** HALF;
/** Tails of one microsecond: a tail begins with the part of the millisecond that has passed. */
const TAILS_PER_MICROSECOND = Math.floor(TAILS / 1_000);
/** The largest step between two ids that the clock cannot tell apart. */
const MAX_STEP = 2 ** 20;
/** If the clock steps back by up to so many milliseconds, ids go on from the last one; if by more, they follow the clock. */
const MAX_WAIT_MS = 1_000;

const SEGMENT_ID = /^[0-9A-Za-z]{16}$/;

/** Whether a text has the form of a segment's id. What has not need not be looked for. */
export const isSegmentId = (text: string): boolean => SEGMENT_ID.test(text);

export interface Birth {
  id: string;
  createdAt: Date;
}

/**
 * Makes ids: 8 characters of base-62 milliseconds, then 8 that begin with the microsecond and end with chance. Byte order is
 * creation order, also within a microsecond and when the clock steps back by up to a second: ids then count on from
 * the last one. After a larger step back, ids follow the clock again, and sort before those of the time that it took back.
 */
export function segmentIds(clock: () => number): () => Birth {
  let time = 0;
  let tail = 0;
  return () => {
    const now = clock();
    const milliseconds = Math.floor(now);
    const next = tailAt(now - milliseconds);
    if (milliseconds > time || milliseconds < time - MAX_WAIT_MS || (milliseconds === time && next > tail)) {
      time = milliseconds;
      tail = next;
    } else {
      const counted = tail + 1 + randomInt(MAX_STEP);
      if (counted >= TAILS) time += 1;
      tail = counted % TAILS;
    }
    return { id: idPrefix(time) + base62(tail, HALF), createdAt: new Date(time) };
  };
}

/** A tail for a fraction of a millisecond. */
const tailAt = (fraction: number): number =>
  Math.floor(fraction * 1_000) * TAILS_PER_MICROSECOND + randomInt(TAILS_PER_MICROSECOND);

/** Greater than every id in byte order. */
const BEHIND_ALL = '~';

/**
 * The first half of the ids of a moment: every id of that moment or later is greater in byte order. Eight digits count from
 * 1970 to 8888: an earlier moment has the first half of the first id, a later one a text that is greater than every id.
 */
export const idPrefix = (milliseconds: number): string =>
  milliseconds < TAILS ? base62(Math.max(milliseconds, 0), HALF) : BEHIND_ALL;

/** When the segment of an id was made. */
export const birthOf = (id: string): Date => new Date(fromBase62(id.slice(0, HALF)));
