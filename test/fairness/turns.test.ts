import { expect, it } from 'vitest';
import { turns } from '../../src/fairness/turns.ts';
import { loopTurns } from '../loop-turns.ts';

it('long work begins at most once in a turn of the event loop, and accounts alternate', async () => {
  const { begin } = turns();
  const passed = loopTurns();
  const begun: { accountId: string; turn: number }[] = [];
  const ask = (accountId: string) =>
    begin(accountId, async () => begun.push({ accountId, turn: passed.count() }));
  await Promise.all([...Array.from({ length: 5 }, () => ask('heavy')), ask('light')]);
  passed.stop();
  expect(new Set(begun.map(({ turn }) => turn)).size).toBe(6);
  expect(begun.findIndex(({ accountId }) => accountId === 'light')).toBeLessThanOrEqual(1);
});

it('work that is waiting does not hold up other work', async () => {
  const { begin } = turns();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = begin('one', () => promise);
  await expect(begin('one', async () => 'done')).resolves.toBe('done');
  resolve('later');
  await expect(waiting).resolves.toBe('later');
});

it('work that fails does so only for its caller', async () => {
  const { begin } = turns();
  const failing = begin('one', async () => Promise.reject(new Error('no')));
  const next = begin('one', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});
