import { setTimeout as sleep } from 'node:timers/promises';
import type { Inbox } from './inbox.ts';

/** What a webhook endpoint sends. */
export interface Message {
  type: string;
  timestamp: string;
  data: {
    id: string;
    type: string;
    cursor: string;
    segment_id: string;
    segment: { id: string; name: string; criteria: string; description: string } | null;
  };
}

const PAUSE_MS = 1_000;

/**
 * Handles the messages of an inbox one after the other, in the order in which they arrived. Returns a function that has to be called when
 * there may be more. If handling fails, the message is tried again, and those behind it wait. A message can be handled twice if the
 * program is killed in between.
 */
export function startWorker(inbox: Inbox, handle: (message: Message) => Promise<void>): () => void {
  let isWorking = false;
  return () => {
    if (isWorking) return;
    isWorking = true;
    void work();
  };

  async function work(): Promise<void> {
    for (let next = inbox.next(); next; next = inbox.next()) {
      try {
        await handle(JSON.parse(next.body));
        inbox.done(next.id);
      } catch (error) {
        console.error(error);
        await sleep(PAUSE_MS);
      }
    }
    isWorking = false;
  }
}
