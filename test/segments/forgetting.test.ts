import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/database/connect.ts';
import { PLANNER_OPTIONS } from '../../src/database/planner.ts';
import { forgetIdempotencyKeys } from '../../src/idempotency/forget.ts';
import { testGateway } from '../harness.ts';
import { administer, makeDatabase, readOnlyUrlOf } from '../postgres.ts';
import { processes, TOKEN } from '../process/gateway-process.ts';
import { until } from '../until.ts';

const gateway = testGateway();
const { serve } = processes();
/** `OLD_KEYS=2000000` is the long run. */
const OLD = Number(process.env.OLD_KEYS ?? 200_000);
const FRESH = 1_000;
const BATCH = 1_000;

const fresh = (name: string) =>
  `insert into idempotency_keys select 'ada', '${name} ' || g, 'x', 'x', now() from generate_series(1, ${FRESH / 2}) g;`;
const old = (keys: number) =>
  `insert into idempotency_keys select 'account ' || g % 5, 'old ' || g, 'x', 'x', now() - interval '30 hours' + g * interval '5 ms'
     from generate_series(1, ${keys}) g;`;

describe('expired idempotency keys', () => {
  let client: pg.Client;
  let forget: ReturnType<typeof forgetIdempotencyKeys>;

  beforeAll(async () => {
    forget = forgetIdempotencyKeys(gateway.database);
    const { connectionString = '' } = gateway.database.$client.options;
    client = new pg.Client({ connectionString, options: PLANNER_OPTIONS });
    await client.connect();
    await client.query('alter table idempotency_keys set (autovacuum_enabled = off)'); // so Postgres has no statistics
    await client.query(fresh('before') + old(OLD) + fresh('behind'));
  });
  afterAll(() => client.end());

  const left = async () =>
    Number((await client.query('select count(*) from idempotency_keys')).rows[0].count);

  it('are forgotten in batches, until the signal is aborted', async () => {
    gateway.statements.length = 0;
    const stopping = new AbortController();
    const forgetting = forget(stopping.signal);
    stopping.abort();
    expect([await forgetting, gateway.statements.length]).toEqual([BATCH, 1]);
  });

  it('are read by an index in the order of their age, one batch at a time', async () => {
    const [{ text, values } = { text: '', values: [] }] = gateway.statements;
    const name = randomUUID();
    await client.query('begin');
    await client.query(`prepare "${name}" as ${text}`);
    const { rows } = await client.query(
      `explain (analyze, buffers, format json) execute "${name}" (${values.map((value) => pg.escapeLiteral(String(value))).join(', ')})`,
    );
    await client.query('rollback');
    const plan = JSON.stringify(rows);
    expect(plan).toContain('"Index Name":"idempotency_keys_by_age"');
    expect(plan).not.toMatch(/Seq Scan|Bitmap|Sort/);
    const read = [...plan.matchAll(/"Actual Rows":([\d.]+)/g)].map(([, actual]) => Number(actual));
    expect(Math.max(...read)).toBe(BATCH);
    expect(rows[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks']).toBeLessThan(20 * BATCH);
  });

  it('are skipped while they are locked, and forgotten later', async () => {
    await client.query('begin');
    await client.query(`select from idempotency_keys where key = 'old ${OLD}' for update`);
    const before = await left();
    const both = await Promise.all([
      forget(),
      forget(), // as another gateway does at the same time
    ]);
    expect([both[0] + both[1], await left()]).toEqual([before - FRESH - 1, FRESH + 1]);
    await client.query('rollback');
    expect([await forget(), await left()]).toEqual([1, FRESH]);
  });

  it('are kept if the database is read-only', async () => {
    const { connectionString = '' } = gateway.database.$client.options;
    const database = connect({ url: readOnlyUrlOf(connectionString), poolSize: 3, observe: () => {} });
    expect(await forgetIdempotencyKeys(database)()).toBe(0);
    await disconnect(database);
  });

  it('are forgotten soon after the start, which is logged', async () => {
    const database = await makeDatabase();
    await administer(database.url, old(2_500));
    const { said, end } = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN });
    const left = async () => (await administer(database.url, 'select from idempotency_keys')).length;
    await until(async () => (await left()) === 0);
    await expect.poll(() => said().out).toMatch(/"keys":\d+,"ms":\d+,"msg":"forgot idempotency keys"/);
    expect(await end()).toBe(0);
    await database.drop();
  });
});
