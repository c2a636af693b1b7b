import { z } from 'zod';
import { quoted } from '../errors/quoted.ts';

export const DEFAULT_SIZE = 10;
export const MAX_PAGE_SIZE = 100;

const rule = `must be a whole number from 1 to ${MAX_PAGE_SIZE}`;
const error = ({ input }: { input?: unknown }) => `${rule}, not ${quoted(input)}`;

/** How many objects a page has, at most. */
export const pageSize = z
  .int({ error })
  .refine((value) => value >= 1 && value <= MAX_PAGE_SIZE, { error })
  .meta({ minimum: 1, maximum: MAX_PAGE_SIZE })
  .nullish();

/** The arguments of a Relay connection. */
export interface PageArguments<Place> {
  first?: number | null | undefined;
  after?: Place | null | undefined;
  last?: number | null | undefined;
  before?: Place | null | undefined;
}

/**
 * Which way a page is read, how many objects from there, and how many of those at their end are shown: all of them if `tail` is null.
 * `before` alone is a page of the default size before it; otherwise a page without a size is one forward. `first` and
 * `last` together are the last of the first, as Relay's specification applies them (section 4.4).
 */
export function extentOf({ first, after, last, before }: PageArguments<unknown>) {
  const backward = first == null && (last != null || (before != null && after == null));
  return {
    backward,
    size: (backward ? last : first) ?? DEFAULT_SIZE,
    tail: backward ? null : (last ?? null),
  };
}

/** Says why a text is not a cursor of a list. */
export function notACursor(given: string, list = 'this list and order'): string {
  // Some clients keep "" where they have no cursor. Taken for the start, it would let a loop over pages run for ever.
  if (given === '') return 'must not be empty: omit it or pass null if there is no cursor';
  return `is not a cursor of ${list}: ${quoted(given)}`;
}
