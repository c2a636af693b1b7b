import pg from 'pg';
import { expect, it } from 'vitest';
import { ensuredToken } from '../../src/accounts/ensured-token.ts';

/** The error of a read-only database. */
const readOnly = () => Object.assign(new pg.DatabaseError('', 0, 'error'), { code: '25006' });

it('ensuring a token reports once why it is not valid yet, and each fault of a later attempt', async () => {
  const outcomes = [readOnly(), new Error('denied'), readOnly(), null];
  const observed: unknown[] = [];
  let attempts = 0;
  await ensuredToken(
    async () => {
      attempts += 1;
      const outcome = outcomes.shift();
      if (outcome) throw outcome;
    },
    { observe: (observation) => observed.push(observation), pauseMs: 1 },
  );
  await expect.poll(() => attempts).toBe(4);
  expect(observed).toEqual([
    { kind: 'api_token_awaited', reason: '25006' },
    { kind: 'fault', error: new Error('denied') },
  ]);
});

it('ensuring a token makes one attempt at a time, and none after it is stopped', async () => {
  let attempts = 0;
  const pending = Promise.withResolvers<void>();
  const stop = await ensuredToken(
    async () => {
      attempts += 1;
      if (attempts === 1) throw readOnly();
      await pending.promise;
      throw readOnly();
    },
    { observe: () => {}, pauseMs: 1 },
  );
  const severalPauses = () => sleep(20);
  await expect.poll(() => attempts).toBe(2);
  await severalPauses();
  expect(attempts).toBe(2);
  stop();
  pending.resolve();
  await severalPauses();
  expect(attempts).toBe(2);
});
