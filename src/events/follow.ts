import { CursorExpired, Refusal } from '../errors/refusals.ts';
import type { LoopShare } from '../fairness/loop-time.ts';
import { untilReady } from '../fairness/stream-readiness.ts';
import { cursorOf, type Event, type EventType } from './event.ts';
import type { Feed } from './feed.ts';
import type { EventSlice } from './store/read.ts';

interface Follower {
  accountId: string;
  /** The place of the last event that the follower has received. */
  after: number;
  /** The types of events to return; all if omitted. */
  types?: readonly EventType[] | null | undefined;
  signal: AbortSignal;
  /** The share of the event loop that the account has. */
  loop?: LoopShare | undefined;
  /** Called with the number of events before they are returned. */
  onEvents?(events: number): void;
}

/** The events of a follower, and its progress. */
export interface Following {
  events: AsyncGenerator<Event[]>;
  /** Returns the place up to which all events were processed: the follower has requested more, or its types exclude them. */
  place(): number;
}

/**
 * Yields an account's events after a place, each once and in order: first existing events, then new ones as they are committed.
 * More events are read only when the follower requests them, so a slow follower uses no memory. Throws CURSOR_EXPIRED if a
 * follower is so slow that its next event is no longer kept. Ends when the signal aborts. If its reason is a refusal, throws it.
 */
export function follow(feed: Feed, { accountId, after, types, signal, loop, onEvents }: Follower): Following {
  let place = after;
  let isNew = true;
  async function* events(): AsyncGenerator<Event[]> {
    try {
      for (;;) {
        const slice = await feed.next(accountId, place, signal, isNew);
        isNew = false;
        await untilReady(loop);
        checkSequence(place, slice);
        const wanted = types ? slice.events.filter(({ type }) => types.includes(type)) : slice.events;
        if (wanted.length > 0) {
          onEvents?.(wanted.length);
          yield wanted;
        }
        place = slice.events.at(-1)?.n ?? place;
      }
    } catch (error) {
      if (!signal.aborted || signal.reason instanceof Refusal) throw error;
    }
  }
  return { events: events(), place: () => place };
}

/** Throws if an event is missing between the place and the events, so that no event is skipped silently. */
function checkSequence(place: number, { events, prunedTo }: EventSlice): void {
  if (place < prunedTo) throw new CursorExpired('after', cursorOf(place), cursorOf(prunedTo));
  for (const [i, { n }] of events.entries()) {
    if (n !== place + 1 + i) throw new Error(`The log has a gap: event ${n} follows ${place + i}.`);
  }
}
