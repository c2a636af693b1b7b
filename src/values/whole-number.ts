import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';

/** A whole number in a range, such as `whole number of seconds`. */
export function wholeNumber(min: number, max: number, what = 'whole number') {
  const rule = `must be a ${what} from ${min} to ${max}`;
  const error = ({ input }: { input?: unknown }) => `${rule}, not ${quoted(input)}`;
  return z
    .int({ error })
    .refine((value) => value >= min && value <= max, { error })
    .meta({ minimum: min, maximum: max });
}
