import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/events/event.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import { draft, eventHead, origin, testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { wholeLog } from './whole-log.ts';

const gateway = testGateway();
/** `READ_ROUNDS=2000` is the long run. */
const ROUNDS = Number(process.env.READ_ROUNDS ?? 60);
const newSegment = segmentIds(Date.now);

/** The statement with which the gateway creates a segment, and its values for the `template`. */
let statement: { text: string; values: unknown[] };
const template = { ...origin, ...newSegment(), ...draft(), accountId: 'an account', requestId: 'a request' };
const sessions: pg.Client[] = [];

beforeAll(async () => {
  gateway.statements.length = 0;
  await gateway.segments.create(template);
  const [sent] = gateway.statements;
  if (!sent) throw new Error('Nothing was sent.');
  statement = { ...sent };
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.end()));
});

/** A session that creates segments with the statement of the gateway, in a transaction that the test ends. */
async function writer() {
  const client = new pg.Client(gateway.database.$client.options.connectionString);
  await client.connect();
  sessions.push(client);
  const {
    rows: [{ pid }],
  } = await client.query('select pg_backend_pid() as pid');
  return {
    query: (text: string) => client.query(text),
    /** Begins a transaction that has an id, as if it had written something. */
    begin: () => client.query('begin; select pg_current_xact_id()'),
    create(accountId: string, requestId: string) {
      const replaced = new Map<unknown, string>([
        [template.accountId, accountId],
        [template.id, newSegment().id],
        [template.requestId, requestId],
      ]);
      const values = statement.values.map((column) =>
        (column as unknown[]).map((value) => replaced.get(value) ?? value),
      );
      return client.query(statement.text, values);
    },
    commit: () => client.query('commit'),
    rollback: () => client.query('rollback'),
    waitsForLock: () =>
      until(async () => {
        const { rows } = await gateway.database.$client.query(
          'select wait_event_type from pg_stat_activity where pid = $1',
          [pid],
        );
        return rows[0]?.wait_event_type === 'Lock';
      }),
  };
}

const requestsOf = (events: readonly Event[]) => events.map(({ n, requestId }) => `${n} ${requestId}`);
const readLog = async (accountId: string, after = 0) =>
  requestsOf(await wholeLog(gateway.events, accountId, after));

describe('two transactions', () => {
  it('that commit in the opposite order of their start are numbered in the order of their commits', async () => {
    const account = randomUUID();
    const [older, newer] = [await writer(), await writer()];
    await older.begin();
    await newer.begin();
    await newer.create(account, 'newer');
    await newer.commit();
    expect(await readLog(account)).toEqual(['1 newer']);
    await older.create(account, 'older');
    expect(await readLog(account, 1)).toEqual([]);
    await older.commit();
    expect(await readLog(account, 1)).toEqual(['2 older']);
  });

  it.each(['commit', 'rollback'] as const)(
    'that write to one account wait for each other, until the %s of the first',
    async (end) => {
      const account = randomUUID();
      const [first, second] = [await writer(), await writer()];
      await first.begin();
      await first.create(account, 'first');
      await second.begin();
      const writing = second.create(account, 'second');
      await second.waitsForLock();
      expect(await readLog(account)).toEqual([]);
      await first[end]();
      await writing;
      await second.commit();
      expect(await readLog(account)).toEqual(end === 'commit' ? ['1 first', '2 second'] : ['1 second']);
    },
  );

  it('of two accounts do not wait for each other', async () => {
    const [slow, fast] = [randomUUID(), randomUUID()];
    const [first, second] = [await writer(), await writer()];
    await first.begin();
    await first.create(slow, 'first');
    await second.create(fast, 'second');
    expect([await readLog(slow), await readLog(fast)]).toEqual([[], ['1 second']]);
    await first.commit();
    expect(await readLog(slow)).toEqual(['1 first']);
  });
});

describe('a transaction that stays open after a write', () => {
  it('makes the gateway refuse the writes of its account, and no others', async () => {
    const account = randomUUID();
    const first = await writer();
    await first.begin();
    await first.create(account, 'first');
    const create = (accountId: string) =>
      gateway.segments.create({ ...origin, accountId, ...newSegment(), ...draft() });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => create(i === 25 ? account : randomUUID())),
    );
    expect(outcomes.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([25]);
    expect(outcomes[25]).toMatchObject({ reason: { code: 'UNAVAILABLE', outcome: 'not_applied' } });
    await first.commit();
    await create(account);
    expect(await readLog(account)).toEqual(['1 first', `2 ${origin.requestId}`]);
  });
});

describe('a statement that is slow between its numbering and its commit', () => {
  it('hides nothing from a reader that goes on meanwhile', async () => {
    const { $client } = gateway.database;
    await $client.query(`
      create function be_slow() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock(1);
        return new;
      end $$;
      create trigger be_slow after insert on events for each row when (new.request_id = 'slow') execute function be_slow()`);
    const account = randomUUID();
    const [holder, slow, next] = [await writer(), await writer(), await writer()];
    await next.create(account, 'before');
    await holder.query('select pg_advisory_lock(1)');
    const writing = slow.create(account, 'slow');
    await slow.waitsForLock();
    const after = next.create(account, 'after');
    await next.waitsForLock();
    const neighbour = { ...origin, accountId: randomUUID(), ...newSegment(), ...draft() };
    await gateway.segments.create(neighbour);
    expect(await readLog(account)).toEqual(['1 before']);
    expect(await eventHead(gateway, account)).toBe(1);
    await holder.query('select pg_advisory_unlock(1)');
    await Promise.all([writing, after]);
    expect(await readLog(account, 1)).toEqual(['2 slow', '3 after']);
    await $client.query('drop trigger be_slow on events');
  });
});

describe('a reader that continues behind its last event', () => {
  it(`misses none in ${ROUNDS} rounds of transactions that are held open, committed and rolled back`, async () => {
    const account = randomUUID();
    const writers = await Promise.all(Array.from({ length: 4 }, writer));
    let isOver = false;
    let committed = 0;
    const writing = writers.map(async (session, i) => {
      for (let round = 0; round < ROUNDS; round++) {
        await session.begin();
        const writes = 1 + Math.floor(Math.random() * 3);
        for (let n = 0; n < writes; n++) await session.create(account, `${i}-${round}-${n}`);
        if (Math.random() < 0.3) await session.rollback();
        else {
          await session.commit();
          committed += writes;
        }
      }
    });
    const seen: Event[] = [];
    const reading = (async () => {
      for (let isLast = false; !isLast; ) {
        isLast = isOver;
        seen.push(...(await wholeLog(gateway.events, account, seen.at(-1)?.n ?? 0)));
      }
    })();
    await Promise.all(writing);
    isOver = true;
    await reading;
    expect(seen.map(({ n }) => n)).toEqual(Array.from({ length: committed }, (_, i) => i + 1));
    expect(requestsOf(seen)).toEqual(await readLog(account));
  });
});
