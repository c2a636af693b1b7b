import type { Observe } from '../observation.ts';

/** Background work that is done periodically. */
interface Chore {
  work(signal: AbortSignal): Promise<void>;
  /** Max time until the first run. The actual time is random, so that replicas do not all run at the same time. */
  firstMs: number;
  /** Average time between the end of a run and the start of the next. The actual time is 0.5 to 1.5 times this, at random. */
  everyMs: number;
  observe: Observe;
}

/** Starts a chore. A failed run is observed, and repeated about as soon as the first one began. `stop` aborts a run and waits for its end. */
export function startChore({ work, firstMs, everyMs, observe }: Chore): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;

  /** Returns the average time until the next run. */
  const run = async (): Promise<number> => {
    try {
      await work(stopped.signal);
      return everyMs;
    } catch (error) {
      observe({ kind: 'fault', error });
      return Math.min(firstMs, everyMs);
    }
  };

  const schedule = (milliseconds: number) => {
    timer = setTimeout(() => {
      running = run().then((ms) => {
        if (!stopped.signal.aborted) schedule(ms * (0.5 + Math.random()));
      });
    }, milliseconds).unref();
  };
  schedule(firstMs * Math.random());

  return {
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
