import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { accountBatches } from '../../src/database/account-batches.ts';

interface Call {
  accountId: string;
  value: number;
}

/** Batches that the test ends one by one. */
function held() {
  const sent: { accountId: string; values: number[]; end(error?: Error): void }[] = [];
  const call = accountBatches<Call, number>((accountId, calls) => {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    const values = calls.map(({ value }) => value);
    sent.push({
      accountId,
      values,
      end: (error) => (error ? reject(error) : resolve(values.map((value) => value * 10))),
    });
    return promise;
  });
  return { sent, call, shown: () => sent.map(({ accountId, values }) => [accountId, values]) };
}

it('calls of a turn are sent together, by account', async () => {
  const { sent, call, shown } = held();
  const results = [
    call({ accountId: 'a', value: 1 }),
    call({ accountId: 'b', value: 2 }),
    call({ accountId: 'a', value: 3 }),
  ];
  await nextTurn();
  expect(shown()).toEqual([
    ['a', [1, 3]],
    ['b', [2]],
  ]);
  for (const { end } of sent) end();
  expect(await Promise.all(results)).toEqual([10, 20, 30]);
});

it('calls wait while a batch of their account is being sent', async () => {
  const { sent, call, shown } = held();
  const first = call({ accountId: 'a', value: 1 });
  await nextTurn();
  const later = [2, 3].map((value) => call({ accountId: 'a', value }));
  const other = call({ accountId: 'b', value: 4 });
  await nextTurn();
  expect(shown()).toEqual([
    ['a', [1]],
    ['b', [4]],
  ]);
  sent[0]?.end();
  await first;
  await nextTurn();
  expect(shown()[2]).toEqual(['a', [2, 3]]);
  for (const { end } of sent) end();
  expect(await Promise.all([...later, other])).toEqual([20, 30, 40]);
});

it('a batch that fails only fails its own calls', async () => {
  const { sent, call } = held();
  const first = call({ accountId: 'a', value: 1 });
  await nextTurn();
  const second = call({ accountId: 'a', value: 2 });
  sent[0]?.end(new Error('failed'));
  await expect(first).rejects.toThrow('failed');
  await nextTurn();
  sent[1]?.end();
  expect(await second).toBe(20);
  const third = call({ accountId: 'a', value: 3 });
  await nextTurn();
  sent[2]?.end();
  expect(await third).toBe(30);
});

it('at most 100 calls are sent together', async () => {
  const { sent, call } = held();
  const results = Array.from({ length: 250 }, (_, value) => call({ accountId: 'a', value }));
  for (const count of [100, 100, 50]) {
    await nextTurn();
    const last = sent.at(-1);
    expect(last?.values).toHaveLength(count);
    last?.end();
  }
  expect(await Promise.all(results)).toEqual(results.map((_, value) => value * 10));
  expect(sent).toHaveLength(3);
});
