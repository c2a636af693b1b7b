import type { LoopShare } from '../../fairness/loop-time.ts';

/** Lines of a part, at least and at most. */
const LINES = { min: 10, start: 100, max: 500 };
/** How long a part should take. Other writes of the account wait for it. */
const AIM_MS = 60;
/** What a millisecond of a part is charged as. The account then waits about as long as its parts take, while others are active. */
const CHARGE = 1 / 9;

/** Finds how many lines a part can have. */
export interface PartSize {
  lines(): number;
  /** Does the work of a part of so many lines, and notes how long it takes. */
  timed<Result>(lines: number, work: () => Promise<Result>): Promise<Result>;
}

/** Begins with small parts. They double while they are fast, and halve when they are slow. The account is charged for their time. */
export function partSize(loop: LoopShare | undefined): PartSize {
  let size = LINES.start;
  return {
    lines: () => size,
    async timed(lines, work) {
      const start = performance.now();
      const result = await work();
      const ms = performance.now() - start;
      loop?.charge(ms * CHARGE);
      if (ms > 2 * AIM_MS) size = Math.max(LINES.min, Math.floor(lines / 2));
      else if (lines >= size && ms < AIM_MS / 2) size = Math.min(LINES.max, size * 2);
      return result;
    },
  };
}
