/** Pause between checks. */
const POLL_MS = 100;

interface Options {
  /** How long something may wait, in milliseconds. */
  limitMs: number;
  /** Gives up everything that has waited since before this time. */
  giveUp(latest: number): void;
  /** Whether anything is still waiting. */
  isNeeded(): boolean;
  /** A monotonic clock, in milliseconds. */
  clock?(): number;
}

/**
 * Gives up what has waited for too long, at most 100 ms late. Returns a function to call when something begins to wait; the checks
 * continue until nothing waits. One timer serves all, because a timer for each would keep what it refers to in memory.
 */
export function lateCheck({
  limitMs,
  giveUp,
  isNeeded,
  clock = () => performance.now(),
}: Options): () => void {
  let isScheduled = false;

  const check = () => {
    const latest = clock() - limitMs;
    // After the event loop was blocked, timers run before sockets are read. What was answered meanwhile is not late, so the sockets
    // are read first: they are read between timers and immediates.
    setImmediate(() => {
      isScheduled = false;
      giveUp(latest);
      if (isNeeded()) schedule();
    });
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(check, POLL_MS).unref();
  };
  return schedule;
}
