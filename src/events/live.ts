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
  const listener =
    pooler === 'none' ? listenFor({ url, channel: CHANNEL, onNotice: () => feed.wake() }) : undefined;
  const feed = eventFeed(store, {
    everyMs: () => (listener?.isListening() ? LOOK_MS.listening : LOOK_MS.polling),
  });
  let writes = 0;
  return {
    feed,
    wrote() {
      writes += 1;
      feed.wake();
      listener?.notify();
    },
    writes: () => writes,
    async stop() {
      feed.stop();
      await listener?.stop();
    },
  };
}
