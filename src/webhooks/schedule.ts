const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** When an event that could not be delivered is tried again. */
export interface Schedule {
  /**
   * Returns how many milliseconds to wait after so many failed attempts of an event; null if it is given up. `random` is from 0 to 1.
   * The `Retry-After` of the receiver, in milliseconds, makes the wait longer, never shorter, up to 24 hours.
   */
  delayAfter(failures: number, random: number, retryAfterMs?: number | null): number | null;
}

/** The waits after the first nine failed attempts, as Standard Webhooks 1.0 recommends them. The tenth attempt is the last. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** The part of a wait that is added at random, so that the retries of many endpoints do not come together. */
const JITTER = 0.1;
/** Max wait that a receiver can ask for. */
const MAX_RETRY_AFTER_MS = 24 * HOUR;

/** Returns a schedule with these waits in milliseconds. An event has one attempt more than there are waits. */
export const scheduleOf = (delaysMs: readonly number[] = DELAYS_MS): Schedule => ({
  delayAfter(failures, random, retryAfterMs = null) {
    const delay = delaysMs[failures - 1];
    if (delay === undefined) return null;
    return Math.round(
      Math.max(delay * (1 + JITTER * random), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)),
    );
  },
});
