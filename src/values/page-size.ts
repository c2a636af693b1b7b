import { quoted } from '../errors/quoted.ts';
import { wholeNumber } from './whole-number.ts';

export const DEFAULT_SIZE = 10;
export const MAX_PAGE_SIZE = 100;

/** Max objects of a page. */
export const pageSize = wholeNumber(1, MAX_PAGE_SIZE).nullish();

/** The arguments of a Relay connection. */
export interface PageArguments<Place> {
  first?: number | null | undefined;
  after?: Place | null | undefined;
  last?: number | null | undefined;
  before?: Place | null | undefined;
}

/**
 * Returns the direction of a page, how many objects to read, and how many of the last ones to return (all if `tail` is null).
 * `before` alone means a page of the default size before it; otherwise, a page without a size is a forward page. `first` and
 * `last` together mean the last objects of the first ones, as in Relay's specification (section 4.4).
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
  // Some clients send "" if they have no cursor. If this meant the start, a loop over pages would never end.
  if (given === '') return 'must not be empty: omit it or pass null if there is no cursor';
  return `is not a cursor of ${list}: ${quoted(given)}`;
}
