import { randomInt } from 'node:crypto';
import { BASE, base62, fromBase62 } from '../values/base62.ts';

const HALF = 8;
const TAILS = BASE ** HALF;
/** Tails per microsecond. A tail begins with the part of the millisecond that has passed. */
const TAILS_PER_MICROSECOND = Math.floor(TAILS / 1_000);
/** The largest step between two ids that the clock cannot tell apart. */
const MAX_STEP = 2 ** 20;
/** If the clock steps back by at most this time, ids continue from the last one. If by more, they follow the clock. */
const MAX_WAIT_MS = 1_000;

const SEGMENT_ID = /^[0-9A-Za-z]{16}$/;

/** Whether a text has the form of a segment's id. Without it, no query is needed. */
export const isSegmentId = (text: string): boolean => SEGMENT_ID.test(text);

export interface Birth {
  id: string;
  createdAt: Date;
}

/**
 * Makes ids: 8 characters for the milliseconds in base 62, then 8 for the microsecond and a random part. Their byte order is the
 * order of creation, even within a microsecond and if the clock steps back by up to a second: then ids count up from the last one.
 * After a larger step back, ids follow the clock, so they sort before those that were made before the step.
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
 * Returns the first half of the ids of a time. Every id of that time or later is greater in byte order. Eight digits cover the years
 * 1970 to 8888. An earlier time has the first half of the first id; a later one has a text that is greater than every id.
 */
export const idPrefix = (milliseconds: number): string =>
  milliseconds < TAILS ? base62(Math.max(milliseconds, 0), HALF) : BEHIND_ALL;

/** When the segment with this id was created. */
export const birthOf = (id: string): Date => new Date(fromBase62(id.slice(0, HALF)));
