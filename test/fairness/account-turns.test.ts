import { expect, it } from 'vitest';
import { accountTurns } from '../../src/fairness/account-turns.ts';
import { loopTurns } from '../loop-turns.ts';

it('Long work begins at most once in a turn of the event loop, and accounts begin in turn', async () => {
  const { begin } = accountTurns();
  const passed = loopTurns();
  const begun: { accountId: string; turn: number }[] = [];
  const ask = (accountId: string) =>
    begin(accountId, async () => begun.push({ accountId, turn: passed.count() }));
  await Promise.all([...Array.from({ length: 5 }, () => ask('heavy')), ask('light')]);
  passed.stop();
  expect(new Set(begun.map(({ turn }) => turn)).size).toBe(6);
  expect(begun.findIndex(({ accountId }) => accountId === 'light')).toBeLessThanOrEqual(1);
});

it('Work that waits for something holds no turn', async () => {
  const { begin } = accountTurns();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = begin('one', () => promise);
  await expect(begin('one', async () => 'done')).resolves.toBe('done');
  resolve('later');
  await expect(waiting).resolves.toBe('later');
});

it('Work that fails fails for its caller alone', async () => {
  const { begin } = accountTurns();
  const failing = begin('one', async () => Promise.reject(new Error('no')));
  const next = begin('one', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});
