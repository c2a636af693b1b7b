import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/database/connect.ts';
import { listEvents } from '../../src/events/resolvers.ts';
import { pruneEvents } from '../../src/events/store/prune.ts';
import { eventStore } from '../../src/events/store.ts';
import type { Observation } from '../../src/observation.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { administer, makeDatabase, readOnlyUrlOf } from '../postgres.ts';
import { processes, TOKEN } from '../process/gateway-process.ts';

const gateway = testGateway();
const { serve } = processes();

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client(gateway.database.$client.options.connectionString ?? '');
  await client.connect();
});
afterAll(() => client.end());

/** Appends events of this age to the logs of accounts, with contents that are not those of any segment. */
const append = (accounts: readonly string[], events: number, age: string) => `
  with head as (
    insert into event_heads as head (account_id, last_event) select account_id, ${events} from unnest('{${accounts}}'::text[]) as account_id
    on conflict (account_id) do update set last_event = head.last_event + excluded.last_event returning *
  )
  insert into events (account_id, n, type, segment_id, version, occurred_at, request_id, actor, segment)
  select account_id, n, 'SEGMENT_CREATED', 's' || n, 1, now() - interval '${age}', 'r' || n, '{}', '{}'
  from head, generate_series(last_event - ${events - 1}, last_event) as n`;
const old = (accounts: readonly string[], events: number) => append(accounts, events, '30 days 1 minute');
const recent = (accounts: readonly string[], events: number) => append(accounts, events, '29 days 23 hours');

/** The numbers of an account's events that are stored, and the ends of its log. */
async function logOf(accountId: string) {
  const { rows } = await client.query(
    `select last_event::int as head, pruned_to::int as "prunedTo",
       array(select n::int from events where events.account_id = event_heads.account_id order by n) as kept
     from event_heads where account_id = $1`,
    [accountId],
  );
  return rows[0];
}

const prune = (database = gateway.database, observed: Observation[] = [], signal?: AbortSignal) =>
  pruneEvents(database, { days: 30, observe: (observation) => observed.push(observation) })(signal);

const another = () =>
  connect({
    url: gateway.database.$client.options.connectionString ?? '',
    poolSize: 4,
    observe: () => {},
  });

/** Opens the connection on which a gateway prunes: a run that cannot open it in time fails, and says nothing of what it deleted. */
const opened = ({ large }: ReturnType<typeof connect>) => patiently(() => large.$client.query('select'));

describe('pruning', () => {
  it('deletes old events, and the log goes on counting', async () => {
    await client.query(old(['ada'], 3));
    await client.query(recent(['ada'], 2));
    expect(await prune()).toBe(3);
    expect(await logOf('ada')).toEqual({ head: 5, prunedTo: 3, kept: [4, 5] });
    await client.query(`update events set occurred_at = now() - interval '31 days'`);
    expect(await prune()).toBe(2);
    expect(await logOf('ada')).toEqual({ head: 5, prunedTo: 5, kept: [] });
    await createSegment(draft(), gateway.context());
    expect(await logOf('ada')).toEqual({ head: 6, prunedTo: 5, kept: [6] });
    expect(await prune()).toBe(0);
  });

  it('expires the cursors of what it deletes', async () => {
    const read = (page: object) => listEvents({ first: 10, ...page }, gateway.context());
    const { events, headCursor } = await read({});
    expect([events.map(({ n }) => n), headCursor]).toEqual([[6], '6']);
    expect((await read({ after: '5' })).events.map(({ n }) => n)).toEqual([6]);
    expect((await read({ after: '6' })).events).toEqual([]);
    for (const after of ['0', '4']) {
      await expect(read({ after })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
    await expect(read({ first: null, last: 10, before: '5' })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    });
  });

  it('keeps an old event behind a recent one, so that no gap is left', async () => {
    await client.query(old(['late'], 2));
    await client.query(recent(['late'], 1));
    await client.query(old(['late'], 1));
    expect(await prune()).toBe(2);
    expect(await logOf('late')).toEqual({ head: 4, prunedTo: 2, kept: [3, 4] });
    await client.query(
      `update events set occurred_at = now() - interval '31 days' where account_id = 'late'`,
    );
    expect(await prune()).toBe(2);
  });

  const MANY = Array.from({ length: 1_200 }, (_, i) => `many${i}`);

  it('finds the old events among many accounts, with one statement for each account that has some', async () => {
    await client.query(recent(MANY, 2));
    await client.query(old(['first', 'many7777', 'zoe'], 2_500));
    gateway.statements.length = 0;
    expect(await prune()).toBe(7_500);
    expect(gateway.statements.length).toBe(Math.ceil(1_206 / 500) + 3 * 3);
    expect(await logOf('many7777')).toEqual({ head: 2_500, prunedTo: 2_500, kept: [] });
    expect(await logOf('many777')).toEqual({ head: 2, prunedTo: 0, kept: [1, 2] });
  });

  it('stops when its signal is aborted, and the next run goes on', async () => {
    await client.query(old(['long'], 2_500));
    const stopping = new AbortController();
    const running = prune(gateway.database, [], stopping.signal);
    stopping.abort();
    expect(await running).toBe(0);
    expect(await prune()).toBe(2_500);
  });

  it('deletes each event once if several gateways do it at once', async () => {
    await client.query(old(['g1', 'g2', 'g3', 'g4', 'g5'], 6_000));
    const others = [another(), another()];
    const databases = [gateway.database, ...others];
    await Promise.all(databases.map(opened));
    const counts = await Promise.all(databases.map((database) => prune(database)));
    await Promise.all(others.map(disconnect));
    expect(counts.reduce((sum, count) => sum + count)).toBe(30_000);
    for (const account of ['g1', 'g2', 'g3', 'g4', 'g5']) {
      expect(await logOf(account)).toEqual({ head: 6_000, prunedTo: 6_000, kept: [] });
    }
  });

  it('leaves an account whose log is locked for the next run', async () => {
    await client.query(old(['before', 'held', 'later'], 5));
    const observed: Observation[] = [];
    await client.query('begin');
    await client.query(`select from event_heads where account_id = 'held' for update`);
    expect(await prune(gateway.database, observed)).toBe(10);
    await client.query('rollback');
    expect(observed).toMatchObject([{ kind: 'fault', error: { code: 'UNAVAILABLE' } }]);
    expect(await logOf('held')).toMatchObject({ prunedTo: 0, kept: [1, 2, 3, 4, 5] });
    expect(await prune()).toBe(5);
  });

  it('deletes fewer events at a time if the database is slow', async () => {
    await client.query(old(['slow'], 300));
    await client.query(`
      create function take_time() returns trigger language plpgsql as 'begin perform pg_sleep(0.005); return old; end';
      create trigger slow before delete on events for each row execute function take_time()`);
    expect(await prune()).toBe(300);
    await client.query('drop trigger slow on events');
  });

  it('does nothing if the database is read-only', async () => {
    await client.query(old(['only'], 1));
    const { connectionString = '' } = gateway.database.$client.options;
    const database = connect({ url: readOnlyUrlOf(connectionString), poolSize: 3, observe: () => {} });
    expect(await prune(database)).toBe(0);
    await disconnect(database);
    expect(await prune()).toBe(1);
  });
});

// A slow reader can miss the pruning. It is then repeated with another account.
it('a reader never sees a gap while the log is pruned and written', { retry: 10 }, async () => {
  const accountId = randomUUID();
  const OLD = 30_000;
  await client.query(old([accountId], OLD));
  await client.query(recent([accountId], 50));
  const reader = another();
  const store = eventStore(reader);
  const all = { accountId, before: undefined, backward: false, size: 30, filter: {} };
  const places = new Set<number>();
  let isDone = false;

  const read = (part: Parameters<typeof store.read>[0]) => patiently(() => store.read(part));

  const readFirst = async () => {
    while (!isDone) {
      const { events, prunedTo, head } = await read({ ...all, after: undefined });
      places.add(prunedTo);
      const numbers = events.map(({ n }) => n);
      expect(numbers).toEqual(
        Array.from({ length: Math.min(30, head - prunedTo) }, (_, i) => prunedTo + 1 + i),
      );
    }
  };
  const readFrom = async () => {
    for (let after = 0; !isDone; ) {
      const { events, prunedTo } = await read({ ...all, after });
      if (after < prunedTo)
        after = prunedTo; // the resolver refuses such a cursor
      else expect(events[0]?.n ?? after + 1).toBe(after + 1);
    }
  };
  const write = async () => {
    while (!isDone) await client.query(recent([accountId], 1));
  };
  const readers = [readFirst(), readFrom(), write()];
  expect(await prune()).toBe(OLD);
  isDone = true;
  await Promise.all(readers);
  await disconnect(reader);
  expect(places.size).toBeGreaterThan(3);
  const { head, prunedTo, kept } = await logOf(accountId);
  expect([prunedTo, kept.length]).toEqual([OLD, head - OLD]);
});

it('events older than EVENT_RETENTION_DAYS are deleted soon after the start, which is logged', async () => {
  const database = await makeDatabase();
  await administer(database.url, append(['a', 'b'], 1_100, '2 days'));
  const { said, end } = await serve({
    DATABASE_URL: database.url,
    API_TOKEN: TOKEN,
    EVENT_RETENTION_DAYS: '1',
  });
  await expect.poll(() => said().out).toMatch(/"events":2200,"ms":\d+,"msg":"pruned events"/);
  expect(await end()).toBe(0);
  await database.drop();
});
