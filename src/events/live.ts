import type { Pooler } from '../database/connect.ts';
import { listenFor } from '../database/listen.ts';
import { eventFeed, type Feed } from './feed.ts';
import type { EventStore } from './store.ts';

/** Announces new events. */
export interface Live {
  feed: Feed;
  /** Announces a write to this gateway and all others. */
  wrote(): void;
  /** How many writes of this gateway were announced so far. */
  writes(): number;
  /** Calls a listener after each write that was announced, by any gateway. Notices can be lost, so it should also look by itself. */
  listen(listener: () => void): void;
  /** The current number of milliseconds between two checks for new events. */
  everyMs(): number;
  stop(): Promise<void>;
}

interface Options {
  url: string;
  pooler: Pooler;
}

const CHANNEL = 'segments_events';
/** Milliseconds between two checks for new events. While the gateway receives notices, checks only find events whose notice was lost. */
const LOOK_MS = { listening: 1_000, polling: 400 };

/** Starts the feed, and a session for notices. Behind a pooler in transaction mode, no session can listen, so the feed only polls. */
export function startLive(store: EventStore, { url, pooler }: Options): Live {
  const listeners = new Set<() => void>();
  const announce = () => {
    feed.wake();
    for (const listener of listeners) listener();
  };
  const listener = pooler === 'none' ? listenFor({ url, channel: CHANNEL, onNotice: announce }) : undefined;
  const everyMs = () => (listener?.isListening() ? LOOK_MS.listening : LOOK_MS.polling);
  const feed = eventFeed(store, { everyMs });
  let writes = 0;
  return {
    feed,
    wrote() {
      writes += 1;
      announce();
      listener?.notify();
    },
    writes: () => writes,
    listen: (added) => void listeners.add(added),
    everyMs,
    async stop() {
      feed.stop();
      await listener?.stop();
    },
  };
}
