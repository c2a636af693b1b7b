import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLANNER_OPTIONS } from '../../src/database/planner.ts';
import { segmentIds } from '../../src/segments/segment-id.ts';
import previous from '../database/previous-statements.json' with { type: 'json' };
import { draft, origin, testGateway } from '../harness.ts';
import { administer } from '../postgres.ts';
import { wholeLog } from './whole-log.ts';

const gateway = testGateway();
const newSegment = segmentIds(Date.now);
const ROLE = `previous_${process.pid}`;
const AT = '2026-01-02T03:04:05.678Z';
let url = '';

/** A gateway of the version that had no log, as the role that the README described for it: without rights on the log. */
let old: pg.Client;

beforeAll(async () => {
  url = gateway.database.$client.options.connectionString ?? '';
  await administer(
    url,
    `create role ${ROLE} login;
     grant select, insert, update, delete on segments, idempotency_keys, api_tokens, rate_limits to ${ROLE}`,
  );
  old = await session();
});
afterAll(async () => {
  await old.end();
  await administer(url, `drop owned by ${ROLE}; drop role ${ROLE}`);
});

async function session(): Promise<pg.Client> {
  const connectionString = url.replace(/\/\/[^@/]*@/, `//${ROLE}@`);
  const client = new pg.Client({ connectionString, options: PLANNER_OPTIONS });
  await client.connect();
  return client;
}

type Name = keyof typeof previous;
const send = (name: Name, rows: unknown[][], client = old) =>
  client.query({ name, text: previous[name], values: columnsOf(rows) });
const columnsOf = (rows: unknown[][]) => (rows[0] ?? []).map((_, i) => rows.map((row) => row[i]));

const createOld = (account: string, id: string, name = 'n') =>
  send('create_segments', [[account, id, name, 'c', 'd', AT]]);
const updateOld = (account: string, id: string, changes: { name?: string; criteria?: string }) =>
  send('update_segments', [[account, id, changes.name ?? null, changes.criteria ?? null, null, null, null]]);
const deleteOld = (account: string, id: string) => send('delete_segments', [[account, id, null, null]]);

const logOf = (account: string) => wholeLog(gateway.events, account);
const DATABASE = { kind: 'DATABASE', id: null, name: null };

describe('a write of the previous version, as a role without rights on the log,', () => {
  it('is refused nothing, and could not touch the log itself', async () => {
    for (const table of ['events', 'event_heads']) {
      await expect(old.query(`select from ${table}`)).rejects.toMatchObject({ code: '42501' });
    }
    await administer(url, `grant create on schema public to ${ROLE}`);
    await old.query('create table forged (account_id text, id text, version int)');
    const forge = `create trigger forge after insert on forged referencing new table as new_rows
      for each statement execute function log_direct_writes()`;
    await expect(old.query(forge)).rejects.toMatchObject({ code: '42501' });
    await old.query('drop table forged');
  });

  it('is in the log with what it changed', async () => {
    const account = randomUUID();
    await createOld(account, 'old', 'before');
    await updateOld(account, 'old', { name: 'after' });
    await updateOld(account, 'old', { name: 'after', criteria: 'x' });
    const segment = { id: 'old', name: 'after', criteria: 'c', description: 'd' };
    expect(await logOf(account)).toMatchObject([
      { n: 1, type: 'SEGMENT_CREATED', version: 1, segment: { name: 'before', version: 1 }, details: null },
      { n: 2, type: 'SEGMENT_UPDATED', version: 2, segment, details: { name: ['before'] } },
      {
        n: 3,
        type: 'SEGMENT_UPDATED',
        version: 3,
        segment: { ...segment, criteria: 'x' },
        details: { criteria: ['c'] },
      },
    ]);
    for (const event of await logOf(account)) {
      expect(event).toMatchObject({ segmentId: 'old', actor: DATABASE });
      expect(event.requestId).toMatch(/^transaction-\d+$/);
      expect(new Date(String(event.segment?.created_at)).toISOString()).toBe(AT);
    }
  });

  it('has the same contents in the log as one of this version', async () => {
    const account = randomUUID();
    const made = { ...origin, accountId: account, ...newSegment(), ...draft() };
    await gateway.segments.create(made);
    for (const name of ['x', 'x']) {
      await gateway.segments.update({ ...origin, accountId: account, id: made.id, name });
    }
    const { id, name, criteria, description, createdAt } = made;
    await send('create_segments', [[account, `${id}o`, name, criteria, description, createdAt]]);
    await updateOld(account, `${id}o`, { name: 'x' });
    await updateOld(account, `${id}o`, { name: 'x' });
    const [created, updated, same, createdOld, updatedOld, sameOld] = (await logOf(account)).map(
      ({ segment, details }) => ({
        segment: { ...segment, id: '', created_at: Date.parse(String(segment?.created_at)), updated_at: '' },
        details,
      }),
    );
    expect(createdOld).toEqual(created);
    expect(updatedOld).toEqual(updated);
    expect(sameOld).toEqual(same);
  });

  it('that deletes a segment hides the contents of its earlier events', async () => {
    const account = randomUUID();
    await createOld(account, 'old');
    await updateOld(account, 'old', { name: 'secret' });
    await deleteOld(account, 'old');
    const events = await logOf(account);
    expect(events.map(({ type, version, segment, details }) => [type, version, segment, details])).toEqual([
      ['SEGMENT_CREATED', 1, null, null],
      ['SEGMENT_UPDATED', 2, null, null],
      ['SEGMENT_DELETED', 3, null, null],
    ]);
  });

  it('that moves a row to another account deletes it there and creates it here', async () => {
    const [from, to] = [randomUUID(), randomUUID()];
    await createOld(from, 'old');
    await updateOld(from, 'old', { name: 'x' });
    await old.query('update segments set account_id = $1 where account_id = $2', [to, from]);
    expect((await logOf(from)).map(({ type }) => type)).toEqual([
      'SEGMENT_CREATED',
      'SEGMENT_UPDATED',
      'SEGMENT_DELETED',
    ]);
    expect(await logOf(to)).toMatchObject([
      { n: 1, type: 'SEGMENT_CREATED', version: 2, segment: { name: 'x' } },
    ]);
  });

  it('of many rows of several accounts is one statement, and each account has its own numbers', async () => {
    const accounts = [randomUUID(), randomUUID(), randomUUID()];
    const rows = accounts.flatMap((account) => Array.from({ length: 40 }, (_, i) => [account, `${i}`]));
    await send(
      'create_segments',
      rows.map(([account, id]) => [account, id, 'n', 'c', 'd', AT]),
    );
    await old.query(`update segments set name = 'x', version = version + 1 where account_id = any($1)`, [
      accounts,
    ]);
    await old.query('delete from segments where account_id = any($1)', [accounts]);
    for (const account of accounts) {
      const log = await logOf(account);
      expect(log.map(({ n }) => n)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
      expect(log.slice(80).every(({ type, version }) => type === 'SEGMENT_DELETED' && version === 3)).toBe(
        true,
      );
    }
  });

  it('leaves no event if it changes nothing, is refused or is rolled back', async () => {
    const account = randomUUID();
    const key = [account, 'k', 'x', 'once', 'n', 'c', 'd', AT];
    await send('create_segments_once', [key]);
    await send('create_segments_once', [key.with(3, 'again')]);
    await updateOld(account, 'nothing', { name: 'x' });
    await send('update_segments', [[account, 'once', 'x', null, null, '99', null]]);
    await expect(createOld(account, 'once')).rejects.toMatchObject({ code: '23505' });
    await old.query('begin');
    await updateOld(account, 'once', { name: 'x' });
    await old.query('rollback');
    await updateOld(account, 'once', { name: 'y' });
    expect((await logOf(account)).map(({ n, type }) => [n, type])).toEqual([
      [1, 'SEGMENT_CREATED'],
      [2, 'SEGMENT_UPDATED'],
    ]);
  });

  it('is logged even if a statement of this version came before it in the same session', async () => {
    const account = randomUUID();
    const made = { ...origin, accountId: account, ...newSegment(), ...draft() };
    gateway.statements.length = 0;
    await gateway.segments.create(made);
    const [sent] = gateway.statements;
    await gateway.segments.delete({ ...origin, accountId: account, id: made.id });
    const client = new pg.Client(url);
    await client.connect();
    await client.query('begin');
    await client.query(sent?.text ?? '', sent?.values);
    await client.query('commit');
    await client.query(`update segments set name = 'by hand', version = version + 1 where account_id = $1`, [
      account,
    ]);
    await client.end();
    expect((await logOf(account)).map(({ type, actor }) => [type, actor.kind])).toEqual([
      ['SEGMENT_CREATED', 'TOKEN'],
      ['SEGMENT_DELETED', 'TOKEN'],
      ['SEGMENT_CREATED', 'TOKEN'],
      ['SEGMENT_UPDATED', 'DATABASE'],
    ]);
  });
});

describe('gateways of both versions that write to the same accounts at once', () => {
  /** As the batches of the previous version were sorted. */
  const ACCOUNTS = [...'aAbBcCdDeEfF'].toSorted();
  const ROUNDS = 100;

  it('leave one log without a gap, and never deadlock', async () => {
    await administer(
      url,
      `do $$ begin execute format('alter database %I set deadlock_timeout = ''20ms''', current_database()); end $$`,
    );
    const sessions = await Promise.all([session(), session(), session()]);
    const [creator, updater, deleter] = sessions;
    const shared = ACCOUNTS.map((account) => [account, `shared ${account}`] as const);
    await send(
      'create_segments',
      shared.map(([account, id]) => [account, id, 'n', 'c', 'd', AT]),
      creator,
    );
    let made: { accountId: string; id: string }[] = [];
    let writes = ACCOUNTS.length;
    for (let round = 0; round < ROUNDS; round++) {
      const old = made;
      made = ACCOUNTS.map((accountId) => ({ accountId, ...newSegment() }));
      const [own, theirs] = [old.slice(0, 6), old.slice(6)];
      await Promise.all([
        send(
          'create_segments',
          made.map(({ accountId, id }) => [accountId, id, 'n', 'c', 'd', AT]),
          creator,
        ),
        send(
          'update_segments',
          shared.map((row) => [...row, `${round}`, null, null, null, null]),
          updater,
        ),
        theirs.length > 0 &&
          send(
            'delete_segments',
            theirs.map(({ accountId, id }) => [accountId, id, null, null]),
            deleter,
          ),
        ...ACCOUNTS.toReversed().map((accountId) =>
          gateway.segments.create({ ...origin, accountId, ...newSegment(), ...draft() }),
        ),
        ...shared.map(([accountId, id]) =>
          gateway.segments.update({ ...origin, accountId, id, criteria: `${round}` }),
        ),
        ...own.map((key) => gateway.segments.delete({ ...origin, ...key })),
      ]);
      writes += ACCOUNTS.length * 4 + old.length;
    }
    await Promise.all(sessions.map((client) => client.end()));
    const logs = await Promise.all(ACCOUNTS.map(logOf));
    for (const log of logs) expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
    expect(logs.flat()).toHaveLength(writes);
    expect(await deadlocks()).toBe(0);
  });
});

async function deadlocks(): Promise<number> {
  const [row] = await administer(
    url,
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return row.deadlocks;
}
