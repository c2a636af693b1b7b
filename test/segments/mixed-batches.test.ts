import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Key } from '../../src/database/sql/key.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import { NEWEST_FIRST } from '../../src/segments/segment-order.ts';
import { draft, origin, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';

const gateway = testGateway();
const newSegment = segmentIds(Date.now);

/** Segments with these names cannot be read or written: Postgres fails with the SQLSTATE that follows, or takes too long. */
const FAILS = 'fails with ';
const SLEEPS = 'sleeps';

beforeAll(async () => {
  await gateway.database.$client.query(`
    create function check_name(name text) returns boolean language plpgsql as $$ begin
      if name like '${FAILS}%' then
        raise exception 'secret' using errcode = right(name, 5);
      end if;
      if name = '${SLEEPS}' then perform pg_sleep(60); end if;
      return true;
    end $$;
    create function check_new() returns trigger language plpgsql as $$ begin
      perform check_name(new.name);
      return new;
    end $$;
    alter table segments rename to stored;
    create trigger check_new before insert on stored for each row execute function check_new();
    create view segments as select * from stored where check_name(name)`);
});

/** Inserts a segment without the check of its name. */
async function store(accountId: string, name: string): Promise<Key> {
  const { id, createdAt } = newSegment();
  await gateway.database.$client.query(
    `set session_replication_role = replica;
     insert into stored values ('${accountId}', '${id}', '${name}', 'c', 'd', '${createdAt.toISOString()}', now());
     set session_replication_role = origin`,
  );
  return { accountId, id };
}

type Call = (key: Key, name: string) => Promise<unknown>;
const page = { order: NEWEST_FIRST, backward: false, from: null, until: null, filter: {} };
const create = (name: string) => ({ ...newSegment(), ...draft({ name }), ...origin });

/** Each kind of statement: a call for a stored segment, or for a new one with that name. */
const kinds: [string, Call][] = [
  ['retrieve', (key) => gateway.segments.get(key)],
  ['retrieve of several', ({ accountId, id }) => gateway.segments.getMany({ accountId, ids: [id] })],
  [
    'retrieve of many',
    ({ accountId, id }) => gateway.segments.getMany({ accountId, ids: Array(50).fill(id) }),
  ],
  ['small page', ({ accountId, id }) => gateway.segments.list({ ...page, accountId, size: 1, from: at(id) })],
  [
    'large page',
    ({ accountId, id }) => gateway.segments.list({ ...page, accountId, size: 100, from: at(id) }),
  ],
  [
    'search',
    ({ accountId, id }) =>
      gateway.segments.list({
        ...page,
        accountId,
        size: 1,
        from: at(id),
        filter: { name: { contains: '' } },
      }),
  ],
  ['count', ({ accountId }, name) => gateway.segments.count({ accountId, filter: { name: { eq: name } } })],
  ['create', ({ accountId }, name) => gateway.segments.create({ accountId, ...create(name) })],
  [
    'create with a key',
    ({ accountId, id }, name) =>
      gateway.segments.createOnce({ accountId, ...create(name), idempotencyKey: id, digest: '' }),
  ],
  ['update', (key) => gateway.segments.update({ ...key, ...origin, criteria: 'changed' })],
  ['change of members', (key) => gateway.members.change({ ...key, ...origin, add: ['a'], remove: ['b'] })],
  ['delete', (key) => gateway.segments.delete({ ...key, ...origin })],
];
const at = (id: string) => ({ id, value: null, included: true });

/** How one call in a batch may fail: invalid data, lack of resources, a conflict, a timeout, or corruption. */
const STATES = ['22012', '23514', '40001', '40P01', '53200', '54000', '55P03', '57014', 'XX001'];

describe.each(kinds)('a %s that fails', (_, call) => {
  it.each(STATES)('with %s only fails for its own call', async (state) => {
    const accountId = randomUUID();
    const good = [
      await store('neighbour', 'good'),
      await store(accountId, 'good'),
      await store('third', 'good'),
    ];
    const bad = await store(accountId, FAILS + state);
    const calls = [call(bad, FAILS + state), ...good.map((key) => call(key, 'good'))];
    const [failed, ...others] = await Promise.allSettled(calls);
    expect(failed?.status).toBe('rejected');
    expect(others.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });
});

describe('a statement that runs too long', () => {
  it('is a TIMEOUT for the call that caused it, and the others in its batch succeed', async () => {
    const [slow, ...good] = await Promise.all(
      ['ada', 'ada', 'bob'].map((who, i) => store(who, i ? 'good' : SLEEPS)),
    );
    const outcomes = await Promise.allSettled([slow, ...good].map((key) => key && gateway.segments.get(key)));
    expect(outcomes).toMatchObject([
      { reason: { code: 'TIMEOUT' } },
      { value: { name: 'good' } },
      { value: { name: 'good' } },
    ]);
  });
});

describe('a row that another session has locked', () => {
  it.each([
    ['update', (key: Key) => gateway.segments.update({ ...key, ...origin, criteria: 'changed' })],
    [
      'change of members',
      (key: Key) => gateway.members.change({ ...key, ...origin, add: ['a'], remove: ['b'] }),
    ],
    ['delete', (key: Key) => gateway.segments.delete({ ...key, ...origin })],
  ] as const)('only fails its own %s of a hundred in one batch', async (_, change) => {
    const keys = await Promise.all(Array.from({ length: 100 }, (_, i) => store(`a${i % 3}`, 'good')));
    const client = new pg.Client(gateway.database.$client.options.connectionString);
    await client.connect();
    await client.query('begin');
    await client.query('select from stored where id = $1 for update', [keys[50]?.id]);
    const outcomes = await Promise.allSettled(keys.map((key): Promise<unknown> => change(key)));
    await client.end();
    const failed = outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []));
    expect(failed).toEqual([50]);
    expect(outcomes[50]).toMatchObject({ reason: { code: 'UNAVAILABLE', outcome: 'not_applied' } });
  });
});

describe('many changes to one segment', () => {
  it('do not delay a change to another in the same turn', async () => {
    const hot = await store('heavy', 'good');
    const other = await store('neighbour', 'good');
    const ended: string[] = [];
    const change = (key: Key, i: number) =>
      patiently(() => gateway.segments.update({ ...key, ...origin, criteria: `${i}` })).then(() =>
        ended.push(key.accountId),
      );
    await Promise.all([...Array.from({ length: 50 }, (_, i) => change(hot, i)), change(other, 0)]);
    expect(ended.indexOf('neighbour')).toBeLessThan(25);
  });

  it('use one connection at a time', async () => {
    const hot = await store('heavy', 'good');
    const other = await store('neighbour', 'good');
    const client = new pg.Client(gateway.database.$client.options.connectionString);
    await client.connect();
    await client.query('begin');
    await client.query('select from stored where id = $1 for update', [hot.id]);
    const changes = [];
    for (let i = 0; i < 10; i++) {
      changes.push(gateway.segments.update({ ...hot, ...origin, criteria: `${i}` }));
      await nextTurn();
    }
    await gateway.segments.get(other);
    const { rows } = await client.query(
      `select from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`,
    );
    await client.query('rollback');
    await client.end();
    await Promise.allSettled(changes);
    expect(rows.length).toBeLessThanOrEqual(1);
  });
});
