import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

const isInYears1To9999 = (time: number): boolean => time >= EARLIEST && time <= LATEST;

/** Whether Postgres can read the ISO 8601 form of a time. Postgres accepts no year 0 and no sign before a year. */
export const isStorable = (moment: Date): boolean => isInYears1To9999(moment.getTime());

/**
 * A time for comparison with stored times, which are whole milliseconds. It is either a whole millisecond, or a time between this
 * millisecond and the next one.
 */
export type Moment = Date | { after: Date };

const error = ({ input }: { input?: unknown }) =>
  `must be a time in the years 1 to 9999, not ${quoted(shown(input))}`;

const Bound = z
  .union([z.date(), z.strictObject({ after: z.date() })], { error })
  .refine((moment) => isStorable(floorOf(moment)), { error });

const floorOf = (moment: Moment): Date => (moment instanceof Date ? moment : moment.after);

function shown(input: unknown): unknown {
  if (typeof input === 'object' && input !== null && 'after' in input) return shown(input.after);
  if (!(input instanceof Date)) return input;
  return Number.isNaN(input.getTime()) ? String(input) : input.toISOString();
}

/** Times that are at or after `from` and before `until`, in milliseconds since 1970. */
export interface TimeRange {
  from: number | null;
  until: number | null;
}

const bound = Bound.nullish();

/** Bounds of a time, with any precision. The result is the range of whole milliseconds that lies within all of them. */
export const TimeFilter = z.strictObject({ gte: bound, gt: bound, lte: bound, lt: bound }).transform(
  ({ gte, gt, lte, lt }): TimeRange => ({
    from: of(Math.max, [gte && firstNotBefore(gte), gt && firstAfter(gt)]),
    until: of(Math.min, [lt && firstNotBefore(lt), lte && firstAfter(lte)]),
  }),
);

/** The first whole millisecond that is not before a moment. */
const firstNotBefore = (moment: Moment): number =>
  floorOf(moment).getTime() + (moment instanceof Date ? 0 : 1);

/** The first millisecond that is after a moment. */
const firstAfter = (moment: Moment): number => floorOf(moment).getTime() + 1;

function of(
  choose: (...times: number[]) => number,
  given: readonly (number | null | undefined)[],
): number | null {
  const times = given.filter((time) => time != null);
  return times.length > 0 ? choose(...times) : null;
}

/** Formats a time for Postgres. Times that are too late to be stored become infinity. */
export const timestampOf = (time: number): string =>
  time > LATEST ? 'infinity' : new Date(time).toISOString();
