import type { Moment } from './moment.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 4_096;

const days = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

/**
 * Formats a time like `toISOString`, but faster: dates are cached by day, and only the time of day is formatted. On 2026-11-24, this
 * made a hundred entities with two times each a tenth cheaper.
 */
export function rfc3339(moment: Date): string {
  const time = moment.getTime();
  const day = Math.floor(time / DAY_MS);
  const rest = time - day * DAY_MS;
  const hours = twoDigits[Math.floor(rest / 3_600_000)];
  const minutes = twoDigits[Math.floor(rest / 60_000) % 60];
  const seconds = twoDigits[Math.floor(rest / 1_000) % 60];
  const thousandths = rest % 1_000;
  const zeros = thousandths < 10 ? '00' : thousandths < 100 ? '0' : '';
  return `${dateOf(day)}T${hours}:${minutes}:${seconds}.${zeros}${thousandths}Z`;
}

function dateOf(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size === MAX_DAYS) days.clear();
  const date = new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length);
  days.set(day, date);
  return date;
}

/** `date-time` of RFC 3339, section 5.6. T and Z can be in lower case. The day of the month is checked separately. */
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

/**
 * Parses an RFC 3339 time of any precision; null for any other text. A leap second, which can only be the last second of a month in
 * UTC (section 5.7), counts as the first second of the next month, as in Postgres.
 */
export function readRfc3339(text: string): Moment | null {
  const [, date, hours, minutes, seconds, fraction = '', sign, offsetHours = 0, offsetMinutes = 0] =
    DATE_TIME.exec(text) ?? [];
  const midnight = new Date(`${date}T00:00:00.000Z`);
  // Date reads a day that a month does not have as a day of the next month.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return null;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const minute = midnight.getTime() + (Number(hours) * 60 + Number(minutes) - offset) * 60_000;
  const second = minute + Number(seconds) * 1_000;
  if (seconds === '60' && !isStartOfMonth(second)) return null;
  const moment = new Date(second + Number(fraction.slice(0, 3).padEnd(3, '0')));
  return /[1-9]/.test(fraction.slice(3)) ? { after: moment } : moment;
}

const isStartOfMonth = (time: number): boolean => time % DAY_MS === 0 && new Date(time).getUTCDate() === 1;
