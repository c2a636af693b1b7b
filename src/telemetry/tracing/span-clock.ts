/** How far the clock of spans may differ from that of the system. */
const MAX_DIFFERENCE_MS = 100;

/**
 * A clock of milliseconds since 1970, with fractions. `Date.now()` has none, so spans that begin within a millisecond would seem to
 * begin together.
 */
export interface SpanClock {
  now(): number;
  /** Sets the clock if that of the system was set, for example after a machine slept. Called before a request begins its spans. */
  follow(): void;
}

export function spanClock(): SpanClock {
  let origin = performance.timeOrigin;
  const now = () => origin + performance.now();
  return {
    now,
    follow() {
      const difference = Date.now() - now();
      if (Math.abs(difference) > MAX_DIFFERENCE_MS) origin += difference;
    },
  };
}
