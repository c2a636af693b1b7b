import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gathered } from '../../src/segments/import/gathered.ts';
import { until } from '../until.ts';
import { allOf } from './import-calls.ts';

const limits = { most: () => 10, sizeOf: () => 1, full: 20 };

it('has the items of its source in their order, at most so many at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(), { maxLength: 30 })),
      fc.integer({ min: 1, max: 12 }),
      async (pieces, most) => {
        const source = async function* () {
          for (const piece of pieces) {
            if (piece.length % 2 === 0) await nextTurn();
            yield piece;
          }
        };
        const groups = await allOf(gathered(source(), { ...limits, most: () => most }));
        expect(groups.flat()).toEqual(pieces.flat());
        expect(groups.every(({ length }) => length > 0 && length <= most)).toBe(true);
      },
    ),
    { seed: 16 },
  );
});

it('has what has arrived since the previous group', async () => {
  const more = Promise.withResolvers<void>();
  const source = async function* () {
    yield [1];
    await more.promise;
    yield [2];
    yield [3];
  };
  const groups = gathered(source(), limits);
  expect((await groups.next()).value).toEqual([1]);
  more.resolve();
  await nextTurn();
  expect((await groups.next()).value).toEqual([2, 3]);
});

it('reads ahead until it is full, and goes on once there is room', async () => {
  let read = 0;
  const source = async function* () {
    for (;;) yield [read++];
  };
  const groups = gathered(source(), limits);
  await groups.next();
  await until(() => read >= 20);
  await nextTurn();
  expect(read).toBeLessThan(35);
  const before = read;
  await groups.next();
  await until(() => read > before);
  await groups.return(undefined);
});

it('throws what its source throws, after the items that came before', async () => {
  const source = async function* () {
    yield [1];
    throw new Error('broken off');
  };
  const groups = gathered(source(), limits);
  expect((await groups.next()).value).toEqual([1]);
  await expect(groups.next()).rejects.toThrow('broken off');
});

it('closes its source when it is left', async () => {
  let isClosed = false;
  const source = async function* () {
    try {
      for (;;) yield [1];
    } finally {
      isClosed = true;
    }
  };
  for await (const _ of gathered(source(), limits)) break;
  await until(() => isClosed);
});
