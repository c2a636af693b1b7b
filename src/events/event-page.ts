import type { Event } from './event.ts';

/** Part of an account's log, and what lies before and behind it. */
export interface EventPage {
  events: Event[];
  hasNext(): Promise<boolean>;
  hasPrevious(): Promise<boolean>;
  /** The cursor of the account's newest event when the page was read. */
  headCursor: string;
  /** Where to go on reading: the cursor of the last event, or where the page begins if it is empty. */
  nextCursor: string;
}
