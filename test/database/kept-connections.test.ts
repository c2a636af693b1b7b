import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Database, disconnect } from '../../src/database/connect.ts';
import { makeDatabase } from '../postgres.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const made = await makeDatabase();
  drop = made.drop;
  database = connect({ url: made.url, poolSize: 3, observe: () => {} }); // one connection in each lane
});
afterAll(async () => {
  await disconnect(database);
  await drop();
});

const send = (text: string) => database.$client.query(text);
const session = async (): Promise<number> => (await send('select pg_backend_pid() as pid')).rows[0].pid;

describe('a statement that fails', () => {
  it.each([
    ['because of its values', '22012', 'select 1 / 0'],
    ['because of a constraint', '23502', `insert into api_tokens (digest) values ('x')`],
    ['because it is cancelled', '57014', 'select pg_cancel_backend(pg_backend_pid()), pg_sleep(10)'],
  ])('%s keeps its connection', async (_, code, text) => {
    const before = await session();
    await expect(send(text)).rejects.toMatchObject({ code });
    expect(await session()).toBe(before);
  });

  it('repeatedly does not change the answers of others', async () => {
    const before = await session();
    const sent = Array.from({ length: 50 }, (_, i) => send(`select 1 / (${i} % 2) as one, ${i} as i`));
    const outcomes = await Promise.allSettled(sent);
    for (const [i, outcome] of outcomes.entries()) {
      if (i % 2 === 0) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
      else expect(outcome).toMatchObject({ status: 'fulfilled', value: { rows: [{ one: 1, i }] } });
    }
    expect(await session()).toBe(before);
  });

  it('because its session was terminated is followed by a new session', async () => {
    const before = await session();
    await expect(send('select pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
    expect(await session()).not.toBe(before);
  });
});
