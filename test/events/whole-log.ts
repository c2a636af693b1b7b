import type { Event } from '../../src/events/event.ts';
import type { EventStore } from '../../src/events/store.ts';

/** Reads the log of an account from a cursor on, page by page. */
export async function wholeLog(store: EventStore, accountId: string, after = 0): Promise<Event[]> {
  const page = await store.read({
    accountId,
    after,
    before: undefined,
    backward: false,
    size: 100,
    filter: {},
  });
  const last = page.events.at(-1);
  return page.hasMore && last ? [...page.events, ...(await wholeLog(store, accountId, last.n))] : page.events;
}
