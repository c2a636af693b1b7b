import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type Database, disconnect, type Lane } from '../../src/database/connect.ts';
import { closeOverdue } from '../../src/database/overdue.ts';
import { inSnapshot } from '../../src/database/snapshot.ts';
import type { Send } from '../../src/database/transaction.ts';
import { makeDatabase, readOnlyUrlOf } from '../postgres.ts';
import { until } from '../until.ts';

let db: Database;
let url: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url, drop } = await makeDatabase());
  db = connect({ url, poolSize: 3, observe: () => {} });
  await db.$client.query('create table numbers (n int)');
});
afterAll(async () => {
  await disconnect(db);
  await drop();
});

const select = (query: SQL) => async (send: Send) => (await send(query, ([value]) => value))[0];
const count = select(sql`select count(*)::int from numbers`);
/** Yields what each of these reads returns. */
const each = (...reads: ((send: Send) => Promise<unknown>)[]) =>
  async function* (send: Send) {
    for (const read of reads) yield await read(send);
  };

const signal = new AbortController().signal;
const begin = (...reads: Parameters<typeof each>) =>
  inSnapshot(db.export, { accountId: 'ada', signal, read: each(...reads) });
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of items) read.push(item);
  return read;
}
const inUse = ({ $client: { totalCount, idleCount } }: Lane) => totalCount - idleCount;

describe('Reading in a snapshot', () => {
  it('sees the same state in all statements', async () => {
    const counts = begin(count, count);
    expect((await counts.next()).value).toBe(0);
    await db.$client.query('insert into numbers values (1)');
    expect((await counts.next()).value).toBe(0);
    expect((await counts.next()).done).toBe(true);
    expect(await all(begin(count))).toEqual([1]);
  });

  it('leaves its connection to the next transaction, without settings and listeners', async () => {
    const setting = select(sql`select current_setting('enable_sort')`);
    const pid = select(sql`select pg_backend_pid()`);
    const first = await all(begin(setting, pid));
    expect(first[0]).toBe('off');
    const client = await db.export.$client.connect();
    const listeners = client.listenerCount('end');
    client.release();
    expect((await all(begin(setting, pid)))[1]).toBe(first[1]);
    const { rows } = await db.export.$client.query('select current_setting($1), pg_backend_pid()', [
      'enable_sort',
    ]);
    expect(rows).toEqual([{ current_setting: 'on', pg_backend_pid: first[1] }]);
    expect(client.listenerCount('end')).toBe(listeners);
  });

  it('cannot write', async () => {
    await expect(begin(select(sql`delete from numbers`)).next()).rejects.toThrow();
  });

  it('works on a read-only database', async () => {
    const standby = connect({ url: readOnlyUrlOf(url), poolSize: 1, observe: () => {} });
    const [found] = await all(inSnapshot(standby.export, { accountId: 'ada', signal, read: each(count) }));
    expect(found).toEqual(expect.any(Number));
    await disconnect(standby);
  });

  it('fails with TIMEOUT after its limit, and gives its connection back even if its reader waits', async () => {
    const short = connect({ url, poolSize: 1, observe: () => {} });
    const lane = { ...short.export, limitMs: 100 };
    closeOverdue(lane.$client, lane.limitMs);
    const counts = inSnapshot(lane, { accountId: 'ada', signal, read: each(count, count) });
    await counts.next();
    await until(() => inUse(lane) === 0);
    await expect(counts.next()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await disconnect(short);
  });

  it('gives up a statement that is not answered', async () => {
    const reading = begin(count, select(sql`select pg_sleep(60)`));
    await reading.next();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const sleeping = reading.next();
    vi.advanceTimersByTime(35_000);
    vi.useRealTimers();
    await expect(sleeping).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(() => inUse(db.export) === 0);
  });

  it('closes its connection if its reader stops while a statement is running', async () => {
    const client = connect({ url, poolSize: 1, observe: () => {} });
    const reading = inSnapshot(client.export, {
      accountId: 'ada',
      signal,
      async *read(send) {
        yield await count(send);
        const sleeping = select(sql`select pg_sleep(60)`)(send);
        sleeping.catch(() => {});
        yield 'now';
      },
    });
    await reading.next();
    await reading.next();
    await reading.return(undefined);
    await until(() => client.export.$client.totalCount === 0);
    await disconnect(client);
  });

  it('does not begin if its reader is gone before', async () => {
    const reading = { accountId: 'eve', signal: AbortSignal.abort(), read: each(count) };
    await expect(inSnapshot(db.export, reading).next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(() => inUse(db.export) === 0);
  });
});
