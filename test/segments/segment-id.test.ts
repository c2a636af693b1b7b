import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idPrefix, isSegmentId, segmentIds } from '../../src/segments/segment-id.ts';

describe('a segment id', () => {
  it('sorts by creation, even if the clock stands still, jumps or steps back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 }), { minLength: 2 }),
        (times) => {
          const clock = times.values();
          const next = segmentIds(() => clock.next().value ?? 0);
          const ids = times.map(() => next().id);
          expect(ids).toEqual([...new Set(ids)].toSorted());
          expect(ids.every(isSegmentId)).toBe(true);
        },
      ),
      { seed: 16 },
    );
  });

  it('starts with the time of its creation, which is also createdAt', () => {
    const { id, createdAt } = segmentIds(() => 1_795_472_361_045)();
    expect(createdAt.getTime()).toBe(1_795_472_361_045);
    expect(id.slice(0, 8)).toBe(idPrefix(createdAt.getTime()));
  });

  it('sorts by creation within a millisecond, even across gateways', () => {
    const moments = [1_795_472_361_045.001, 1_795_472_361_045.2, 1_795_472_361_045.999];
    const ids = moments.map((moment) => segmentIds(() => moment)().id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(1);
  });

  it('keeps increasing if the clock steps back by a second, and follows it if by more', () => {
    let now = 1_795_472_361_045;
    const next = segmentIds(() => now);
    const first = next();
    now -= 1_000;
    const second = next();
    expect(second.id > first.id).toBe(true);
    expect(second.createdAt).toEqual(first.createdAt);
    now -= 1;
    expect(next().createdAt.getTime()).toBe(now);
  });

  it('has a prefix that sorts by time', () => {
    const moment = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)];
        expect(idPrefix(earlier) <= idPrefix(later)).toBe(true);
      }),
      { seed: 17 },
    );
  });

  it.each(['xgQQXg3hrtjh7AvZ'])('may be the example in the documentation: %s', (id) =>
    expect(isSegmentId(id)).toBe(true),
  );
  it.each(['', 'xgQQXg3hrtjh7Av', 'xgQQXg3hrtjh7AvZZ', 'xgQQXg3hrtjh7Av-', 'xgQQXg3hrtjh7AvZ\n'])(
    'cannot be %j',
    (text) => expect(isSegmentId(text)).toBe(false),
  );
});
