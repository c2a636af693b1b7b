/** How long to wait after failures. */
export interface Pauses {
  /** Returns milliseconds: twice as many each time. */
  next(): number;
  /** Begins at the shortest again. Called after a success. */
  reset(): void;
}

/** Returns pauses between `min` and `max` milliseconds. */
export function growingPauses({ min, max }: { min: number; max: number }): Pauses {
  let ms = min;
  return {
    next() {
      const current = ms;
      ms = Math.min(2 * ms, max);
      return current;
    },
    reset() {
      ms = min;
    },
  };
}
