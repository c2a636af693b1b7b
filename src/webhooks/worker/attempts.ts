/** An attempt took longer than its lease, or the process stops. */
export class BrokenOff extends Error {}

/** The attempts in flight. */
export interface Attempts {
  /** Does an attempt, which is broken off after `maxMs` milliseconds: then its signal aborts with BrokenOff. */
  during<Result>(maxMs: number, attempt: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  count(): number;
  /** Breaks off all attempts. Further ones are broken off at once. */
  abort(): void;
  areAborted(): boolean;
}

/** Returns the attempts of a process. Each has a signal of its own, so that none is kept in memory by one that all share. */
export function openAttempts(): Attempts {
  const running = new Set<AbortController>();
  let isAborted = false;
  return {
    async during(maxMs, attempt) {
      const controller = new AbortController();
      const abort = () => controller.abort(new BrokenOff());
      const timer = setTimeout(abort, isAborted ? 0 : Math.max(0, maxMs));
      running.add(controller);
      try {
        return await attempt(controller.signal);
      } finally {
        clearTimeout(timer);
        running.delete(controller);
      }
    },
    count: () => running.size,
    abort() {
      isAborted = true;
      for (const controller of running) controller.abort(new BrokenOff());
    },
    areAborted: () => isAborted,
  };
}
