import { describe, expect, it } from 'vitest';
import { persist } from '../../src/commands/gateway/attempts.ts';
import { Interrupted } from '../../src/commands/gateway/failure.ts';

/** Attempts that each reach a line and are interrupted there, until they reach line 9. */
function attempts(reached: number[], { pauseMs = 0 } = {}) {
  const { signal } = new AbortController();
  const pauses: number[] = [];
  const said: string[] = [];
  let done = 0;
  const ended = persist(
    async () => {
      done = reached.shift() ?? 0;
      if (done < 9) throw new Interrupted('Cut.', pauseMs);
      return 'complete';
    },
    {
      ...{ max: 3, signal, reached: () => done, tell: (message) => void said.push(message) },
      pause: async (ms) => pauses.push(ms),
    },
  );
  return { ended, pauses, said };
}

describe('An interrupted transfer', () => {
  it('is tried again, and the pauses grow', async () => {
    const { ended, pauses, said } = attempts([0, 0, 9]);
    expect(await ended).toBe('complete');
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses[1]).toBeGreaterThanOrEqual(1_000);
    expect(said[0]).toBe('Cut. Trying again in 1 s.');
  });

  it('fails after three attempts that get no further', async () => {
    const { ended, pauses } = attempts([0, 0, 0, 9]);
    await expect(ended).rejects.toThrow('Cut.');
    expect(pauses).toHaveLength(2);
  });

  it('is tried any number of times while it gets further', async () => {
    expect(await attempts([1, 2, 2, 3, 3, 5, 9]).ended).toBe('complete');
  });

  it('waits as long as the gateway asks', async () => {
    const { ended, pauses } = attempts([1, 9], { pauseMs: 40_000 });
    await ended;
    expect(pauses).toEqual([40_000]);
  });
});
