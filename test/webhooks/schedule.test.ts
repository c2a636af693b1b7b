import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src/webhooks/schedule.ts';

const { delayAfter } = scheduleOf();
const HOUR = 3_600_000;
const seed = 17;

describe('the schedule of attempts', () => {
  it('is that of Standard Webhooks, and gives up after the tenth attempt', () => {
    const delays = Array.from({ length: 10 }, (_, i) => delayAfter(i + 1, 0));
    expect(delays).toEqual([
      ...[5_000, 300_000, HOUR / 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
      null,
    ]);
  });

  it('adds at most a tenth at random', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }));
    const check = ([failures, random]: [number, number]) => {
      const least = delayAfter(failures, 0) ?? 0;
      const delay = delayAfter(failures, random) ?? 0;
      expect(delay).toBeGreaterThanOrEqual(least);
      expect(delay).toBeLessThanOrEqual(Math.ceil(least * 1.1));
    };
    fc.assert(fc.property(cases, check), { seed });
  });

  it('waits longer if the receiver asks for it, but never shorter, and at most 24 hours because of it', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 100 * HOUR }));
    const check = ([failures, asked]: [number, number]) => {
      const least = delayAfter(failures, 0) ?? 0;
      expect(delayAfter(failures, 0, asked)).toBe(Math.max(least, Math.min(asked, 24 * HOUR)));
    };
    fc.assert(fc.property(cases, check), { seed });
  });

  it('gives up after the last attempt, even if the receiver asks to wait', () => {
    expect(delayAfter(10, 0.5, 1_000)).toBeNull();
  });
});
