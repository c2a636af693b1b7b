import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/database/connect.ts';
import { listEvents } from '../../src/events/resolvers.ts';
import { eraseContents } from '../../src/events/store/erase.ts';
import { pruneEvents } from '../../src/events/store/prune.ts';
import { createSegment, deleteSegment, updateSegment } from '../../src/segments/resolvers.ts';
import { draft, origin, testGateway, viewers, type Who } from '../harness.ts';
import { administer, makeDatabase, readOnlyUrlOf } from '../postgres.ts';
import { processes, SEGMENTS, TOKEN } from '../process/gateway-process.ts';

const gateway = testGateway();
const { serve } = processes();

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client(gateway.database.$client.options.connectionString ?? '');
  await client.connect();
});
afterAll(() => client.end());
beforeEach(() => client.query('truncate segments, events, event_heads'));

const erase = (database = gateway.database, signal?: AbortSignal) => eraseContents(database)(signal);

const another = () =>
  connect({
    url: gateway.database.$client.options.connectionString ?? '',
    poolSize: 4,
    observe: () => {},
  });

/** What is stored of an account's events of a segment: their numbers, and those of the ones that have contents. */
async function storedOf(segmentId: string, accountId = 'ada') {
  const { rows } = await client.query(
    `select count(*)::int as events, count(*) filter (where segment is not null or before is not null)::int as contents,
       bool_or(is_erasing) as "isErasing" from events where account_id = $1 and segment_id = $2`,
    [accountId, segmentId],
  );
  return rows[0];
}

/** Creates a segment with this id, as an import does. */
const create = (id: string, who: Who = 'ada') =>
  gateway.segments.create({
    ...draft(),
    ...origin,
    id,
    accountId: viewers[who].accountId,
    createdAt: new Date(),
  });

/** Appends many changes of a segment to a log. */
const change = (id: string, events: number, accountId = 'ada') =>
  client.query(
    `with head as (update event_heads set last_event = last_event + ${events} where account_id = $1 returning last_event)
     insert into events (account_id, n, type, segment_id, version, request_id, actor, segment, before)
     select $1, n, 'SEGMENT_UPDATED', $2, 2, 'r', '{}', '{"name":"b"}', '{"name":["a"]}'
     from head, generate_series(last_event - ${events - 1}, last_event) as n`,
    [accountId, id],
  );

/** Creates and deletes this many segments. */
async function deleteMany(segments: number): Promise<void> {
  await client.query(
    `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
     select 'ada', lpad(g::text, 16, '0'), 'n', 'c', 'd', now(), now() from generate_series(1, ${segments}) as g`,
  );
  await client.query('update segments set version = version + 1');
  await client.query('delete from segments');
}

const ID = 'xgQQXg3hrtjh7AvZ';

describe('erasing', () => {
  it('removes the contents of all events of a deleted segment, and nothing else', async () => {
    const EVENTS = 5_000;
    await create(ID);
    await create(ID, 'bob');
    await change(ID, EVENTS - 2);
    await change(ID, 10, 'bob');
    const other = await createSegment(draft(), gateway.context());
    await updateSegment({ id: other.id, name: 'b' }, gateway.context());
    await deleteSegment({ id: ID }, gateway.context());
    expect(await storedOf(ID)).toEqual({ events: EVENTS, contents: EVENTS - 1, isErasing: true });

    const read = () => listEvents({ first: 3, filter: { segmentId: ID } }, gateway.context());
    const hidden = await read();
    expect(hidden.events).toMatchObject([1, 2, 3].map((n) => ({ n, segment: null, details: null })));

    gateway.statements.length = 0;
    expect(await erase()).toBe(EVENTS - 1);
    expect(gateway.statements.length).toBe(EVENTS / 500 + 2); // 500 in each, and two that find deletions
    expect(await storedOf(ID)).toEqual({ events: EVENTS, contents: 0, isErasing: false });
    expect((await read()).events).toEqual(hidden.events);
    expect(await storedOf(ID, 'bob')).toEqual({ events: 11, contents: 11, isErasing: false });
    expect(await storedOf(other.id)).toEqual({ events: 2, contents: 2, isErasing: false });
    gateway.statements.length = 0;
    expect([await erase(), gateway.statements.length]).toEqual([0, 1]);
  });

  it('leaves the events of a segment that was created again under the same id', async () => {
    await create(ID);
    await deleteSegment({ id: ID }, gateway.context());
    await create(ID);
    await updateSegment({ id: ID, name: 'new' }, gateway.context());
    const contents = async () => {
      const { events } = await listEvents({ first: 10 }, gateway.context());
      return events.map(({ segment, details }) => [segment?.name, details]);
    };
    const old = [undefined, null];
    const kept = [draft().name, null];
    const changed = ['new', { name: [draft().name] }];
    expect(await contents()).toEqual([old, old, kept, changed]);
    expect(await erase()).toBe(1);
    expect(await contents()).toEqual([old, old, kept, changed]);

    await deleteSegment({ id: ID }, gateway.context());
    expect(await contents()).toEqual([old, old, old, old, old]);
    expect(await erase()).toBe(2);
    expect(await storedOf(ID)).toEqual({ events: 5, contents: 0, isErasing: false });
  });

  it('erases a segment that was deleted twice in the meantime', async () => {
    await create(ID);
    await deleteSegment({ id: ID }, gateway.context());
    await create(ID);
    await deleteSegment({ id: ID }, gateway.context());
    await erase();
    await erase(); // if a piece of one deletion was in the way of the other
    expect(await storedOf(ID)).toEqual({ events: 4, contents: 0, isErasing: false });
  });

  it('is shared by gateways that do it at once, for thousands of deleted segments', async () => {
    await deleteMany(3_000);
    const others = [another(), another()];
    const counts = await Promise.all([gateway.database, ...others].map((database) => erase(database)));
    await Promise.all(others.map(disconnect));
    const rest = await erase();
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(6_000);
    const { rows } = await client.query(
      'select from events where is_erasing or segment is not null or before is not null',
    );
    expect(rows).toEqual([]);
  });

  it('skips rows that are locked, without waiting, and erases them later', async () => {
    await deleteMany(3);
    await client.query('begin');
    await client.query('select from events where n = 1 for update');
    expect(await erase()).toBe(5);
    await client.query('rollback');
    expect(await storedOf('0000000000000001')).toMatchObject({ contents: 1, isErasing: true });
    await client.query('begin');
    await client.query('select from events where is_erasing for update');
    expect(await erase()).toBe(0);
    await client.query('rollback');
    expect(await erase()).toBe(1);
    expect(await storedOf('0000000000000001')).toMatchObject({ contents: 0, isErasing: false });
  });

  it('and pruning at the same time do not block each other', async () => {
    for (let round = 0; round < 3; round++) {
      await client.query('truncate events, event_heads');
      await deleteMany(1_000);
      await client.query(`update events set occurred_at = now() - interval '31 days'`);
      const faults: unknown[] = [];
      const observe = (observation: unknown) => faults.push(observation);
      const prune = pruneEvents(gateway.database, { days: 30, observe });
      const [, pruned] = await Promise.all([erase(), prune()]);
      expect([pruned, faults]).toEqual([3_000, []]);
    }
  });

  it('stops when its signal is aborted', async () => {
    await deleteMany(3);
    const stopping = new AbortController();
    const running = erase(gateway.database, stopping.signal);
    stopping.abort();
    expect([await running, await erase()]).toEqual([0, 6]);
  });

  it('does nothing if the database is read-only', async () => {
    await deleteMany(3);
    const { connectionString = '' } = gateway.database.$client.options;
    const database = connect({ url: readOnlyUrlOf(connectionString), poolSize: 3, observe: () => {} });
    expect(await erase(database)).toBe(0);
    await disconnect(database);
  });

  it('is never visible to readers, who see no contents from the deletion on', async () => {
    await create(ID);
    await change(ID, 3_000);
    await deleteSegment({ id: ID }, gateway.context());
    const reader = another();
    let isDone = false;
    const read = async () => {
      while (!isDone) {
        for (const page of [{ first: 20 }, { last: 20 }, { first: 20, after: '1500' }]) {
          const { events } = await listEvents(page, gateway.context());
          expect(events.length).toBe(20);
          expect(events.filter(({ segment, details }) => segment ?? details)).toEqual([]);
        }
      }
    };
    const reading = read();
    expect(await erase(reader)).toBe(3_001);
    isDone = true;
    await reading;
    await disconnect(reader);
  });
});

it('a running gateway erases what a deleted segment contained within a minute, and logs it', async () => {
  const database = await makeDatabase();
  const { send, said, end } = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN });
  const { id } = await (await send(SEGMENTS, 'POST', draft({ name: 'A secret name' }))).json();
  await send(`${SEGMENTS}/${id}`, 'PATCH', { name: 'Another name' });
  const stored = async () => JSON.stringify(await administer(database.url, 'select * from events'));
  expect(await stored()).toContain('A secret name');
  await send(`${SEGMENTS}/${id}`, 'DELETE');
  await expect.poll(stored).not.toMatch(/A secret name|Another name|"is_erasing":true/);
  await expect.poll(() => said().out).toMatch(/"events":2,"ms":\d+,"msg":"erased the contents of events"/);
  expect(await end()).toBe(0);
  await database.drop();
});
