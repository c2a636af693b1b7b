import pg from 'pg';
import { expect, it } from 'vitest';
import { ensuredToken } from '../../src/accounts/ensured-token.ts';

/** What a database answers that only reads. */
const readOnly = () => Object.assign(new pg.DatabaseError('', 0, 'error'), { code: '25006' });

/** Waits until another token has been tried ten times with the same pause. A try that was due would have been made by then. */
async function tenPauses(): Promise<void> {
  let tries = 0;
  const stop = await ensuredToken(
    async () => {
      tries += 1;
      throw readOnly();
    },
    { observe: () => {}, pauseMs: 1 },
  );
  await expect.poll(() => tries).toBeGreaterThanOrEqual(10);
  stop();
}

it('is valid before the start continues if the database soon answers', async () => {
  const told: unknown[] = [];
  let tries = 0;
  await ensuredToken(
    async () => {
      tries += 1;
      if (tries < 4) throw new Error('timeout exceeded when trying to connect');
    },
    { observe: (observation) => told.push(observation) },
  );
  expect({ tries, told }).toEqual({ tries: 4, told: [] });
});

it('does not keep the start waiting for a database that does not answer', async () => {
  const told: unknown[] = [];
  const stop = await ensuredToken(
    async () => {
      throw new Error('timeout exceeded when trying to connect');
    },
    { observe: (observation) => told.push(observation), patienceMs: 1 },
  );
  stop();
  expect(told).toEqual([{ kind: 'api_token_awaited', reason: 'no answer' }]);
});

it('tells what keeps a token from being valid, also if it changes after the start', async () => {
  const outcomes = [readOnly(), new Error('denied'), readOnly(), null];
  const told: unknown[] = [];
  let tries = 0;
  await ensuredToken(
    async () => {
      tries += 1;
      const outcome = outcomes.shift();
      if (outcome) throw outcome;
    },
    { observe: (observation) => told.push(observation), pauseMs: 1 },
  );
  await expect.poll(() => tries).toBe(4);
  expect(told).toEqual([
    { kind: 'api_token_awaited', reason: '25006' },
    { kind: 'fault', error: new Error('denied') },
  ]);
});

it('is tried one time after another, however long each takes, and no more once it is stopped', async () => {
  let tries = 0;
  const hung = Promise.withResolvers<void>();
  const stop = await ensuredToken(
    async () => {
      tries += 1;
      if (tries === 1) throw readOnly();
      await hung.promise;
      throw readOnly();
    },
    { observe: () => {}, pauseMs: 1 },
  );
  await expect.poll(() => tries).toBe(2);
  await tenPauses();
  expect(tries).toBe(2);
  stop();
  hung.resolve();
  await tenPauses();
  expect(tries).toBe(2);
});
