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

/** Starts a chore. A failed run is observed, and later runs follow as usual. `stop` aborts a run and waits for its end. */
export function startChore({ work, firstMs, everyMs, observe }: Chore): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;

  const schedule = (milliseconds: number) => {
    timer = setTimeout(() => {
      running = work(stopped.signal)
        .catch((error) => observe({ kind: 'fault', error }))
        .finally(() => {
          if (!stopped.signal.aborted) schedule(everyMs * (0.5 + Math.random()));
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
