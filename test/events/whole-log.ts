import type { Event } from '../../src/events/event.ts';
import type { EventStore } from '../../src/events/store.ts';

/** Reads the log of an account from a cursor on, page by page. */
export async function wholeLog(store: EventStore, accountId: string, after = 0): Promise<Event[]> {
  const events: Event[] = [];
  for (let hasMore = true; hasMore; ) {
    const place = events.at(-1)?.n ?? after;
    const window = { after: place, before: undefined, backward: false, size: 100, filter: {} };
    const page = await store.read({ accountId, ...window });
    events.push(...page.events);
    hasMore = page.hasMore;
  }
  return events;
}
