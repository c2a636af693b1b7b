import { stillMay } from '../accounts/review.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { InvalidInput, type Issue } from '../errors/invalid-input.ts';
import { quoted } from '../errors/quoted.ts';
import { CursorExpired } from '../errors/refusals.ts';
import { type Call, resolver } from '../resolver.ts';
import { placedPage } from '../values/placed-page.ts';
import { cursorOf, type Event, readEventId } from './event.ts';
import { type EventPaging, type EventWindow, FollowEvents, GetEvent, ListEvents } from './event-list.ts';
import type { EventPage } from './event-page.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';
import type { EventSlice } from './store/read.ts';
import type { EventStore } from './store.ts';
import type { Streams } from './streams.ts';

interface Context extends Call {
  events: EventStore;
}

/** The context for following the log. */
export interface LiveContext extends Context {
  feed: Feed;
  streams: Streams;
  /** Identifies the caller again, without the cache of tokens. */
  identify(): Promise<Viewer | null>;
}

/** Returns a page of the account's log, oldest event first. Throws CURSOR_EXPIRED if events after the cursor are no longer kept. */
export const listEvents = resolver({
  name: 'listEvents',
  scope: 'segments:read',
  input: ListEvents,
  run: (paging, { events }: Context, { accountId }) => pageOf(events, accountId, paging),
});

/** Returns the event; null if the account's log does not contain it, or no longer keeps it. */
export const getEvent = resolver({
  name: 'getEvent',
  scope: 'segments:read',
  input: GetEvent,
  run: ({ id }, { events }: Context, { accountId }) => {
    const place = readEventId(id);
    return place && events.get({ accountId, ...place });
  },
});

/** A stream of events. Its reader must call `close` at the end. */
export interface FollowedEvents {
  events: AsyncGenerator<Event[]>;
  /** Returns the cursor after which the stream can be resumed. It also moves past events of other types. */
  cursor(): string;
  /** Aborts when the stream must end. Its reason is a Refusal if the caller's token has ended. */
  signal: AbortSignal;
  close(): void;
}

/**
 * Follows the account's log after a cursor, or after the newest event. Throws CURSOR_EXPIRED. Throws RATE_LIMITED or UNAVAILABLE
 * if too many streams are open.
 */
export const followEvents = resolver({
  name: 'followEvents',
  scope: 'segments:read',
  input: FollowEvents,
  run: async ({ after, types }, context: LiveContext, viewer): Promise<FollowedEvents> => {
    const { events, feed, streams, loop } = context;
    const { accountId } = viewer;
    const { signal, close, sent } = streams.open(accountId, () => stillMay(context, viewer, 'segments:read'));
    try {
      const slice = await events.read({ accountId, after, size: 1, contents: 'none' });
      checkPlaces({ after }, slice);
      const start = { accountId, after: after ?? slice.head, types, signal, loop, onEvents: sent };
      const { events: followed, place } = follow(feed, start);
      return { events: followed, cursor: () => cursorOf(place()), signal, close };
    } catch (error) {
      close();
      throw error;
    }
  },
});

/** Reads a page of an account's log. Throws CURSOR_EXPIRED, or INVALID_INPUT if a cursor is beyond the newest event. */
export async function pageOf(
  store: EventStore,
  accountId: string,
  { tail, ...window }: EventPaging,
): Promise<EventPage> {
  const slice = await store.read({ accountId, ...window });
  checkPlaces(window, slice);
  const { after, before, backward } = window;
  const { head, prunedTo, hasMore } = slice;
  const { items: events, ...ends } = placedPage(window, {
    items: slice.events,
    hasMore,
    tail,
    placeOf: ({ n }) => n,
    holds: async (part) => {
      const nearest = { after: undefined, before: undefined, size: 1, contents: 'none' } as const;
      return (await store.read({ accountId, ...window, ...nearest, ...part })).events.length > 0;
    },
  });
  // The page reaches the end of the log, so no event before the head needs to be read again, even if the filter excluded it.
  const isToHead = !backward && !hasMore && before === undefined;
  return {
    events,
    ...ends,
    headCursor: cursorOf(head),
    nextCursor: cursorOf(isToHead ? head : (events.at(-1)?.n ?? after ?? prunedTo)),
  };
}

/** Refuses cursors that are too old or beyond the newest event. A page that starts there would silently skip events. */
function checkPlaces(
  { after, before }: Pick<EventWindow, 'after' | 'before'>,
  { head, prunedTo }: EventSlice,
): void {
  for (const [param, place] of Object.entries({ after, before })) {
    if (place === undefined) continue;
    const isExpired = param === 'after' ? place < prunedTo : place <= prunedTo && prunedTo > 0;
    if (isExpired) throw new CursorExpired(param, cursorOf(place), cursorOf(prunedTo));
    if (place <= head + (param === 'before' ? 1 : 0)) continue;
    throw new InvalidInput([beyondNewest(param, place, head)]);
  }
}

/** The problem of a place behind the newest event, whose place is `head`. */
export const beyondNewest = (param: string, place: number, head: number): Issue => ({
  param,
  message: `is beyond the newest event of the log, ${quoted(cursorOf(head))}: ${quoted(cursorOf(place))}`,
});
