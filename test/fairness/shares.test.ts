import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shares } from '../../src/fairness/shares.ts';

const operation = fc.record({
  do: fc.constantFrom('take', 'take', 'take', 'giveBack', 'giveBackAll'),
  holder: fc.integer({ min: 0, max: 4 }),
});

describe('Shares', () => {
  it('count what each holder has, in any order of taking and giving back', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const counted = shares<number>({ total: 6, each: 3 });
        const held = [0, 0, 0, 0, 0];
        const sum = () => held.reduce((all, each) => all + each, 0);
        for (const { do: kind, holder } of operations) {
          const count = held[holder] ?? 0;
          if (kind === 'take') {
            const isFree = sum() < 6 && count < 3;
            expect(counted.take(holder)).toBe(isFree);
            if (isFree) held[holder] = count + 1;
          } else {
            counted[kind](holder);
            held[holder] = kind === 'giveBack' ? Math.max(0, count - 1) : 0;
          }
          expect(counted.taken()).toBe(sum());
          expect(counted.isFull()).toBe(sum() === 6);
          const largest = counted.largest();
          expect(largest === undefined ? 0 : held[largest]).toBe(Math.max(...held));
        }
      }),
      { seed: 20261128, numRuns: 500 },
    );
  });

  it('stay correct when idle holders are forgotten', () => {
    const counted = shares<number>({ total: 10_000, each: 1 });
    counted.take(-1);
    for (let holder = 0; holder < 5_000; holder++) {
      counted.take(holder);
      counted.giveBack(holder);
    }
    expect(counted.taken()).toBe(1);
    expect(counted.take(-1)).toBe(false);
    expect(counted.take(0)).toBe(true);
  });
});
