import { expect, it, vi } from 'vitest';
import { startChore } from '../../src/gateway/chore.ts';

it('a chore is repeated, even after it failed, and each failure is observed', async () => {
  const observe = vi.fn();
  let times = 0;
  const work = async () => {
    times += 1;
    if (times % 2) throw new Error(`failure ${times}`);
  };
  const chore = startChore({ work, firstMs: 1, everyMs: 1, observe });
  await expect.poll(() => times).toBeGreaterThan(4);
  await chore.stop();
  const done = times;
  expect(observe.mock.calls.length).toBe(Math.ceil(done / 2));
  expect(observe.mock.calls[0]?.[0]).toMatchObject({ kind: 'fault', error: { message: 'failure 1' } });
});

it('a run that failed is repeated soon, however rarely the chore is done', async () => {
  const work = vi.fn().mockRejectedValueOnce(new Error('not now'));
  const chore = startChore({ work, firstMs: 1, everyMs: 1_000_000_000, observe: () => {} });
  await expect.poll(() => work.mock.calls.length).toBe(2);
  await chore.stop();
});

it('stopping a chore tells the current run to end, and waits until it has', async () => {
  let isDone = false;
  let isBegun = false;
  const work = async (signal: AbortSignal) => {
    isBegun = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    isDone = true;
  };
  const chore = startChore({ work, firstMs: 1, everyMs: 1, observe: () => {} });
  await expect.poll(() => isBegun).toBe(true);
  await chore.stop();
  expect(isDone).toBe(true);
});
