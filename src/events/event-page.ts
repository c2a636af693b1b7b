import type { Event } from './event.ts';

/** Part of an account's log, and what lies before and behind it. */
export interface EventPage {
  events: Event[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
  /** The cursor of the account's newest event when the page was read. */
  headCursor: string;
  /**
   * Where to go on reading. If the page reaches the end of the log, that is its newest event, even if the filter excludes it: the
   * cursor of a reader whose filter matches little does not expire. Otherwise, it is the last event of the page.
   */
  nextCursor: string;
}
