import type { Lag } from '../queue/lag.ts';

/** The lag as it was measured last. */
export interface LagGauge {
  /** Returns undefined until it was measured. */
  read(): Lag | undefined;
  stop(): void;
}

/** Milliseconds between two measurements. */
const EVERY_MS = 15_000;

/** Measures the lag periodically, as long as somebody reads it. A failed measurement keeps the last one. */
export function measureLag(measure: () => Promise<Lag>, everyMs = EVERY_MS): LagGauge {
  let lag: Lag | undefined;
  let isRead = false;
  let isMeasuring = false;

  const update = async () => {
    if (!isRead || isMeasuring) return;
    [isRead, isMeasuring] = [false, true];
    try {
      lag = await measure();
    } catch {
      // The database does not answer, which the worker observes.
    }
    isMeasuring = false;
  };
  const timer = setInterval(update, everyMs).unref();

  return {
    read() {
      const isFirst = lag === undefined;
      isRead = true;
      if (isFirst) void update();
      return lag;
    },
    stop: () => clearInterval(timer),
  };
}
