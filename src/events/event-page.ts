import type { Event } from './event.ts';

/** A page of an account's log, and whether there are events before and after it. */
export interface EventPage {
  events: Event[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
  /** The cursor of the account's newest event when the page was read. */
  headCursor: string;
  /**
   * The cursor to continue from: the last event of the page. If the page reaches the end of the log, it is the newest event of the
   * log, even if the filter excludes that event. Otherwise, the cursor would expire if the filter matches no event for a long time.
   */
  nextCursor: string;
}
