import type { Lag } from '../queue/lag.ts';

/** The lag as it was measured last. */
export interface LagGauge {
  /** Returns undefined if it was not measured yet, or if the last measurement failed. */
  read(): Lag | undefined;
  stop(): void;
}

/** Milliseconds between two measurements. */
const EVERY_MS = 15_000;

/** Measures the lag periodically, as long as somebody reads it. */
export function measureLag(measure: () => Promise<Lag>, everyMs = EVERY_MS): LagGauge {
  let lag: Lag | undefined;
  let isFirst = true;
  let isRead = false;
  let isMeasuring = false;

  const update = async () => {
    if (!isRead || isMeasuring) return;
    [isRead, isMeasuring] = [false, true];
    try {
      lag = await measure();
    } catch {
      lag = undefined; // the database does not answer, which the worker observes
    }
    isMeasuring = false;
  };
  const timer = setInterval(update, everyMs).unref();

  return {
    read() {
      isRead = true;
      if (isFirst) void update();
      isFirst = false;
      return lag;
    },
    stop: () => clearInterval(timer),
  };
}
