import { z } from 'zod';
import { held } from '../errors.ts';

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether ISO 8601 writes a moment in a way that Postgres reads: it knows no year 0, and no sign before a year. */
export const isStorable = (moment: Date): boolean => {
  const time = moment.getTime();
  return time >= EARLIEST && time <= LATEST;
};

/** A moment that Postgres can hold. */
export const Moment = z.date().refine(isStorable, {
  error: ({ input }) => `must be a moment of the years 1 to 9999, not ${held(String(input))}`,
});
