import { Worker } from 'node:worker_threads';

/** What a receiver has seen since it was last asked. Times are milliseconds since 1970. */
export interface Seen {
  /** How many messages arrived at paths that answer. */
  received: number;
  /** When a message about the segment with a name first arrived at each path. */
  arrivals: { name: string; at: number }[];
}

/**
 * Starts a receiver in a thread of its own, so that it does not slow down the measuring. Paths that begin with `/ok` answer 204
 * immediately; those that begin with `/hang` never answer.
 */
export async function startReceiver() {
  const thread = new Worker(new URL('./receiver-thread.ts', import.meta.url));
  const told = <Message>() => new Promise<Message>((resolve) => thread.once('message', resolve));
  const port = await told<number>();
  return {
    url: `http://127.0.0.1:${port}`,
    seen() {
      const answer = told<Seen>();
      thread.postMessage('seen');
      return answer;
    },
    stop: () => thread.terminate(),
  };
}
