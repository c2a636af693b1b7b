import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { charged, loopTime } from '../../src/fairness/loop-time.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Two accounts. The light one is always active. */
function twoAccounts() {
  const loop = loopTime();
  const [heavy, light] = [loop.of('heavy'), loop.of('light')];
  const active = setInterval(() => light.ready(), 10);
  light.ready();
  return { loop, heavy, light, end: () => clearInterval(active) };
}

/** The number of milliseconds until a promise settles. */
async function timeOf(promise: Promise<unknown> | undefined): Promise<number> {
  const start = performance.now();
  let end: number | undefined;
  const settled = () => {
    end = performance.now();
  };
  promise?.then(settled, settled);
  while (promise && end === undefined) await vi.advanceTimersByTimeAsync(1);
  return (end ?? start) - start;
}

describe('an account next to another active one', () => {
  it('waits nine times as long as its long work took, less half a second', async () => {
    const { heavy, end } = twoAccounts();
    heavy.charge(100);
    expect(await timeOf(heavy.ready())).toBeCloseTo(400, -1);
    end();
  });

  it('does not wait after 55 ms of long work and any amount of short work', () => {
    const { heavy, end } = twoAccounts();
    heavy.charge(55);
    for (let i = 0; i < 10_000; i++) heavy.charge(0.25);
    expect(heavy.ready()).toBeUndefined();
    end();
  });

  it('does not wait because of the work of the other', () => {
    const { heavy, light, end } = twoAccounts();
    heavy.charge(10_000);
    expect(light.ready()).toBeUndefined();
    end();
  });

  it('never waits longer than two seconds', async () => {
    const { heavy, end } = twoAccounts();
    heavy.charge(1_000_000);
    expect(await timeOf(heavy.ready())).toBeCloseTo(2_000, -1);
    end();
  });

  it('is charged for an answer by its size', async () => {
    const { heavy, end } = twoAccounts();
    heavy.chargeAnswer(100 * 160 * 1024);
    expect(await timeOf(heavy.ready())).toBeCloseTo(400, -1);
    end();
  });

  it('has its requests begun in order of arrival', async () => {
    const { heavy, end } = twoAccounts();
    heavy.charge(100);
    const begun: number[] = [];
    for (const i of [1, 2, 3]) heavy.ready()?.then(() => begun.push(i));
    await vi.advanceTimersByTimeAsync(500);
    expect(begun).toEqual([1, 2, 3]);
    end();
  });

  it('is refused after waiting for five seconds', async () => {
    const { heavy, end } = twoAccounts();
    const greedy = setInterval(() => heavy.charge(1_000), 10);
    heavy.charge(1_000);
    const refused = expect(heavy.ready()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(6_000);
    await refused;
    clearInterval(greedy);
    end();
  });

  it('is refused immediately while 500 of its requests are waiting', async () => {
    const { heavy, end } = twoAccounts();
    heavy.charge(1_000);
    const waiting = Array.from({ length: 500 }, () => heavy.ready());
    await expect(heavy.ready()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(3_000);
    await Promise.all(waiting);
    end();
  });

  it('gets at most a tenth of the loop for long work, however the work is divided', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.3, max: 40, noNaN: true }), { minLength: 50 }),
        async (pieces) => {
          const { heavy, end } = twoAccounts();
          const start = performance.now();
          let sum = 0;
          for (const piece of pieces) {
            await timeOf(heavy.ready());
            await vi.advanceTimersByTimeAsync(piece);
            heavy.charge(piece);
            sum += piece;
          }
          end();
          const elapsed = performance.now() - start;
          expect(sum).toBeLessThanOrEqual((elapsed + 500) / 9 + 40);
        },
      ),
      { seed: 20261128, numRuns: 20 },
    );
  });
});

describe('an account that is alone', () => {
  it('never waits', () => {
    const share = loopTime().of('alone');
    share.charge(10_000);
    expect(share.ready()).toBeUndefined();
  });

  it('continues when the others have been inactive for a quarter of a second', async () => {
    const loop = loopTime();
    const heavy = loop.of('heavy');
    loop.of('light').ready();
    heavy.charge(10_000);
    expect(await timeOf(heavy.ready())).toBeLessThanOrEqual(2 * 250);
  });
});

it('charged work returns its result, and is charged even if it throws', () => {
  const charges: number[] = [];
  const share = { ...loopTime().of('any'), charge: (ms: number) => void charges.push(ms) };
  const work = (result: () => string) => () => {
    vi.advanceTimersByTime(7);
    return result();
  };
  expect(
    charged(
      share,
      work(() => 'done'),
    ),
  ).toBe('done');
  const broken = work(() => {
    throw new Error('broken');
  });
  expect(() => charged(share, broken)).toThrow('broken');
  expect(charges).toEqual([7, 7]);
});
