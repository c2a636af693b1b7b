import { randomInt } from 'node:crypto';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HALF = 8;
const TAILS = DIGITS.length ** HALF;
/** The widest step between two ids of one millisecond: room for a hundred million of them, and none guessable. */
const STEP = 2 ** 20;

const SEGMENT_ID = /^[0-9A-Za-z]{16}$/;

/** Whether a text has the form of a segment's id. What has not need not be looked for. */
export const isSegmentId = (text: string): boolean => SEGMENT_ID.test(text);

export interface Birth {
  id: string;
  createdAt: Date;
}

/**
 * Makes ids: 8 characters of base-62 milliseconds, then 8 of chance. Byte order is creation order, also within
 * a millisecond and when the clock steps back: there the chance part of the one before is counted on.
 */
export function segmentIds(clock: () => number = Date.now): () => Birth {
  let time = 0;
  let tail = 0;
  return () => {
    const now = clock();
    const next = now > time ? randomInt(TAILS) : tail + 1 + randomInt(STEP);
    if (now > time) time = now;
    else if (next >= TAILS) time += 1;
    tail = next % TAILS;
    return { id: idPrefix(time) + digits(tail), createdAt: new Date(time) };
  };
}

/** Greater than every id in byte order. */
const BEHIND_ALL = '~';

/**
 * The first half of the ids of a moment: every id of that moment or later is greater in byte order. Eight digits count from
 * 1970 to 8888: an earlier moment has the first half of the first id, a later one a text that is greater than every id.
 */
export const idPrefix = (milliseconds: number): string =>
  milliseconds < TAILS ? digits(Math.max(milliseconds, 0)) : BEHIND_ALL;

/** When the segment of an id was made. */
export function birthOf(id: string): Date {
  let milliseconds = 0;
  for (const digit of id.slice(0, HALF)) milliseconds = milliseconds * DIGITS.length + DIGITS.indexOf(digit);
  return new Date(milliseconds);
}

function digits(value: number): string {
  let text = '';
  for (let rest = value; text.length < HALF; rest = Math.floor(rest / DIGITS.length)) {
    text = DIGITS[rest % DIGITS.length] + text;
  }
  return text;
}
