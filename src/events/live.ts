import type { Pooler } from '../database/connect.ts';
import { listenFor } from '../database/listen.ts';
import { eventFeed, type Feed } from './feed.ts';
import type { EventStore } from './store.ts';

/** What makes new events known. */
export interface Live {
  feed: Feed;
  /** Tells this gateway and all others that something was written. */
  wrote(): void;
  stop(): Promise<void>;
}

interface Options {
  url: string;
  pooler: Pooler;
}

const CHANNEL = 'segments_events';
/** Milliseconds between two looks for new events. They are rare if notices are heard: then they only make up for lost ones. */
const LOOK_MS = { listening: 1_000, polling: 400 };

/** Starts to make new events known. A pooler that gives each transaction another session allows no session that listens. */
export function startLive(store: EventStore, { url, pooler }: Options): Live {
  const listener =
    pooler === 'none' ? listenFor({ url, channel: CHANNEL, onNotice: () => feed.wake() }) : undefined;
  const feed = eventFeed(store, {
    everyMs: () => (listener?.isListening() ? LOOK_MS.listening : LOOK_MS.polling),
  });
  return {
    feed,
    wrote() {
      feed.wake();
      listener?.notify();
    },
    async stop() {
      feed.stop();
      await listener?.stop();
    },
  };
}
