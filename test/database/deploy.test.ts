import { once } from 'node:events';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { applyMigrations } from '../../src/database/apply.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrationsFolder } from '../../src/database/migrations.ts';
import type { Observation } from '../../src/observation.ts';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { processes } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import previous from './previous-statements.json' with { type: 'json' };

const gateway = testGateway();
const { launch, run } = processes();
const INDEX = 'segments_by_criteria';

let client: pg.Client;
let reader: pg.Client | undefined;
let url = '';

beforeAll(async () => {
  url = gateway.database.$client.options.connectionString ?? '';
  client = new pg.Client(url);
  await client.connect();
});
afterAll(() => client.end());

/** Begins a transaction that reads segments and stays open. */
async function beginReading(): Promise<void> {
  reader = new pg.Client(url);
  await reader.connect();
  await reader.query('begin isolation level repeatable read; select count(*) from segments');
}
afterEach(() => reader?.end());

const migrations = readMigrationFiles({ migrationsFolder });

/** Reverts the migration that builds the index, as if the database were that of the previous version. */
async function revertIndex(): Promise<void> {
  const [built] = migrations.filter(({ sql }) => sql.some((statement) => statement.includes(INDEX)));
  await client.query(`drop index if exists ${INDEX}`);
  await client.query('delete from drizzle.__drizzle_migrations where created_at = $1', [built?.folderMillis]);
}

const isBuilding = async () =>
  (await client.query('select from pg_stat_progress_create_index where datname = current_database()'))
    .rowCount === 1;
const indexes = async () =>
  (await client.query(`select indisvalid from pg_index where indexrelid = to_regclass('${INDEX}')`)).rows;
const recorded = async () =>
  (await client.query('select created_at from drizzle.__drizzle_migrations order by id')).rows.map(
    ({ created_at }) => Number(created_at),
  );

/** Sends requests of every kind, one after another, until it is stopped. Counts them and collects those that failed. */
function traffic() {
  const failed: unknown[] = [];
  let sent = 0;
  let isOn = true;
  const expectStatus = async (expected: number, ...[path, init]: [string, object?]) => {
    const { status, body } = await rest(gateway, path, init);
    sent += 1;
    if (status !== expected) failed.push({ status, body });
    return body;
  };
  const done = (async () => {
    while (isOn) {
      const { id } = await expectStatus(201, '', { method: 'POST', body: draft() });
      await expectStatus(200, `/${id}`);
      await expectStatus(200, `/${id}`, { method: 'PUT', body: { criteria: 'other' } });
      await expectStatus(200, '');
      await expectStatus(200, '?criteria=other');
      await expectStatus(204, `/${id}`, { method: 'DELETE' });
    }
  })();
  return {
    failed,
    sent: () => sent,
    stop: async () => {
      isOn = false;
      await done;
    },
  };
}

describe('while a transaction that has read segments stays open and a gateway serves,', () => {
  it('an index is built without a failed request', async () => {
    await revertIndex();
    await beginReading();
    const requests = traffic();
    const migrating = run(['migrate'], { DATABASE_URL: url });
    await until(isBuilding);
    const before = requests.sent();
    await expect.poll(requests.sent).toBeGreaterThan(before + 60);
    await reader?.query('commit');
    expect(await migrating).toMatchObject({ code: 0 });
    await requests.stop();
    expect(requests.failed).toEqual([]);
    expect(await indexes()).toEqual([{ indisvalid: true }]);
    expect((await recorded()).length).toBe(migrations.length);
  });

  it('a statement that locks a table gives up its place and is tried again, without a failed request', async () => {
    await beginReading();
    const requests = traffic();
    const observed: Observation[] = [];
    const sql = ['alter table segments add column noted text'];
    const migrator = new pg.Client(url);
    await migrator.connect();
    const applied = applyMigrations(migrator, [{ sql, hash: 'x', folderMillis: 1 }], {
      observe: (observation) => observed.push(observation),
    });
    await until(() => observed.length > 0);
    const before = requests.sent();
    await expect.poll(requests.sent).toBeGreaterThan(before + 60);
    await reader?.query('commit');
    await applied;
    await requests.stop();
    expect(requests.failed).toEqual([]);
    expect(observed).toEqual([
      { kind: 'database_awaited', reason: 'a transaction holds a lock that a migration needs' },
    ]);
    expect(await recorded()).toContain(1);
    await client.query('alter table segments drop column noted');
    await client.query('delete from drizzle.__drizzle_migrations where created_at = 1');
    await migrator.end();
  });
});

describe('an index build', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('ended by %s is redone by the next migration', async (signal) => {
    await revertIndex();
    await beginReading();
    const { child } = launch(['migrate'], { DATABASE_URL: url });
    const ended = once(child, 'close');
    await until(isBuilding);
    child.kill(signal);
    expect(await ended).toEqual(signal === 'SIGKILL' ? [null, 'SIGKILL'] : [1, null]);
    await until(async () => !(await isBuilding())); // until Postgres notices
    expect(await indexes()).toEqual([{ indisvalid: false }]);
    await reader?.query('commit');
    await Promise.all([migrate(url), migrate(url), migrate(url)]); // as when several gateways start
    expect(await indexes()).toEqual([{ indisvalid: true }]);
    expect((await recorded()).length).toBe(migrations.length);
  });

  it('that continues in a session without a client is waited for', async () => {
    await revertIndex();
    await beginReading();
    const leftBehind = new pg.Client(url);
    await leftBehind.connect();
    const building = leftBehind.query(
      `create index concurrently ${INDEX} on segments (account_id, (substr(criteria, 1, 10)), id)`,
    );
    await until(isBuilding);
    const observed: Observation[] = [];
    const migrating = migrate(url, { observe: (observation) => observed.push(observation) });
    await until(() => observed.length > 0);
    expect(observed).toEqual([
      {
        kind: 'database_awaited',
        reason: `the index ${INDEX} is being built by a session whose client is gone`,
      },
    ]);
    await reader?.query('commit');
    await Promise.all([building, migrating]);
    expect((await recorded()).length).toBe(migrations.length);
    await leftBehind.end();
    await client.query(`drop index ${INDEX}`);
  });
});

describe('the previous version', () => {
  /** The values of each of its statements, and the number of rows that it returns. */
  const CALLS: Record<keyof typeof previous, [unknown[], number]> = {
    create_segments: [[['a'], ['1'], ['n'], ['c'], ['d'], ['2026-01-01']], 0],
    create_segments_once: [[['a'], ['k'], ['x'], ['2'], ['n'], ['c'], ['d'], ['2026-01-01']], 1],
    find_idempotency_keys: [[['a'], ['k']], 1],
    get_segment: [[['a'], ['1']], 1],
    get_segments: [[['a'], ['1 2']], 2],
    update_segments: [[['a'], ['1'], ['m'], [null], [null], ['1'], [null]], 1],
    count_CREATED_AT: [[['a']], 1],
    list_asc_CREATED_AT: [[['a'], [3]], 2],
    list_asc_UPDATED_AT: [[['a'], [3]], 2],
    list_asc_NAME: [[['a'], [3]], 2],
    list_asc_CRITERIA_one_CREATED_AT: [[['a'], [3], ['c']], 2],
    delete_segments: [[['a'], ['1'], [null], [null]], 1],
    forget: [['-infinity'], 1],
  };

  it('still works on the tables of this version', async () => {
    const untested = Object.keys(previous).filter((name) => !(name in CALLS));
    expect(untested).toEqual([]);
    await client.query('set plan_cache_mode = force_generic_plan');
    for (const [name, [values, rows]] of Object.entries(CALLS)) {
      const text = previous[name as keyof typeof previous]; // a key of the same table
      expect((await client.query({ name, text, values })).rows, name).toHaveLength(rows);
    }
  });
});
