import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeOverdue } from '../../src/database/overdue.ts';
import { makeDatabase } from '../postgres.ts';

const LIMIT_MS = 200;

let pool: pg.Pool;
let drop: () => Promise<void>;

beforeAll(async () => {
  const made = await makeDatabase();
  drop = made.drop;
  pool = new pg.Pool({ connectionString: made.url, max: 1 });
  pool.on('connect', (client) => client.on('error', () => {}));
  closeOverdue(pool, LIMIT_MS);
});
afterAll(async () => {
  await pool.end();
  await drop();
});

describe('a statement that takes too long', () => {
  it('is broken off', async () => {
    await expect(pool.query('select pg_sleep(600)')).rejects.toThrow('Connection terminated');
  });

  // On a busy machine, Postgres may not answer while the event loop is blocked.
  it('is not broken off if its answer came while the event loop was blocked', { retry: 20 }, async () => {
    await pool.query('select 1'); // so that the connection is open
    const answer = pool.query('select 1 as one');
    await once(pool, 'acquire');
    await new Promise(process.nextTick); // now it is sent
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * LIMIT_MS);
    expect((await answer).rows).toEqual([{ one: 1 }]);
  });
});
