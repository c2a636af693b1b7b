import { CursorExpired, Refusal } from '../errors/refusals.ts';
import { cursorOf, type Event, type EventType } from './event.ts';
import type { Feed } from './feed.ts';
import type { EventSlice } from './store/read.ts';

interface Follower {
  accountId: string;
  /** The place of the last event that the follower knows. */
  after: number;
  /** The types of events that it wants; all if omitted. */
  types?: readonly EventType[] | null | undefined;
  signal: AbortSignal;
}

/** The events that a follower gets, and how far it is. */
export interface Following {
  events: AsyncGenerator<Event[]>;
  /** The place up to which the follower has everything: it has asked for more, or it does not want what is there. */
  place(): number;
}

/**
 * Yields an account's events behind a place, in order and each once: first those that are there, then new ones as they
 * come. Reads on only when it is asked for more, so a slow follower costs a place and no memory. Throws CURSOR_EXPIRED if a
 * follower is so slow that its next event is no longer kept. Ends when the signal aborts, by throwing its reason if that is
 * a refusal.
 */
export function follow(feed: Feed, { accountId, after, types, signal }: Follower): Following {
  let place = after;
  async function* events(): AsyncGenerator<Event[]> {
    try {
      for (;;) {
        const slice = await feed.next(accountId, place, signal);
        checkSequence(place, slice);
        const wanted = types ? slice.events.filter(({ type }) => types.includes(type)) : slice.events;
        if (wanted.length > 0) yield wanted;
        place = slice.events.at(-1)?.n ?? place;
      }
    } catch (error) {
      if (!signal.aborted || signal.reason instanceof Refusal) throw error;
    }
  }
  return { events: events(), place: () => place };
}

/** Throws if the events do not follow the place without a gap, rather than to skip one without a word. */
function checkSequence(place: number, { events, prunedTo }: EventSlice): void {
  if (place < prunedTo) throw new CursorExpired('after', cursorOf(place), cursorOf(prunedTo));
  for (const [i, { n }] of events.entries()) {
    if (n !== place + 1 + i) throw new Error(`The log has a gap: event ${n} follows ${place + i}.`);
  }
}
