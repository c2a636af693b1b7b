import type { Observe } from '../observation.ts';

/** Work that nobody asks for, done again and again. */
interface Chore {
  work(signal: AbortSignal): Promise<void>;
  /** The longest time until it is first done: some part of it, by chance, so that replicas that start together do it in turn. */
  firstMs: number;
  /** The time between the end of one and the start of the next: half of it or up to half as much again. */
  everyMs: number;
  observe: Observe;
}

/** Begins a chore. One that fails is observed and done again at its time. `stop` tells it to end, and waits until it has. */
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
