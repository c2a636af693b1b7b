import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { processes, type Running, SEGMENTS, TOKEN } from './gateway-process.ts';

const { launch, serve } = processes();
let segmentsDatabase: Awaited<ReturnType<typeof makeDatabase>>;
let warehouseDatabase: typeof segmentsDatabase;
let gateway: Running;
let warehouse: pg.Client;

beforeAll(async () => {
  segmentsDatabase = await makeDatabase();
  warehouseDatabase = await makeDatabase({ template: false });
  gateway = await serve({ DATABASE_URL: segmentsDatabase.url, API_TOKEN: TOKEN, LOG_LEVEL: 'info' });
  warehouse = new pg.Client(warehouseDatabase.url);
  await warehouse.connect();
});
afterAll(async () => {
  await warehouse.end();
  await gateway.end();
  await segmentsDatabase.drop();
  await warehouseDatabase.drop();
});

const begin = (...args: string[]) =>
  launch(args, { SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: TOKEN, WAREHOUSE_URL: warehouseDatabase.url }, [
    process.execPath,
    'examples/warehouse/keep-in-step.ts',
  ]);

/** Runs the example until the table is up to date. */
async function keepInStep(): Promise<void> {
  const { child, said } = begin('--once');
  const [code] = await once(child, 'close');
  expect(said.err).toBe('');
  expect(code).toBe(0);
}

const create = async (name: string): Promise<string> => {
  const response = await gateway.send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' });
  return (await response.json()).id;
};

/** The segments as the warehouse has them, oldest first. */
const copied = async () =>
  (
    await warehouse.query(
      `select id, name, criteria, description, extract(epoch from created_at)::int as created_at,
         extract(epoch from updated_at)::int as updated_at from customer_segments order by id collate "C"`,
    )
  ).rows;

const exported = async () => {
  const text = await (await gateway.send(`${SEGMENTS}/export`)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

it('the example of the warehouse loads an export, and then follows what changes', async () => {
  const [kept = '', changed = '', deleted = ''] = [
    await create('kept'),
    await create('changed'),
    await create('deleted'),
  ];
  await keepInStep();
  expect((await copied()).map(({ id }) => id)).toEqual([kept, changed, deleted]);
  expect(await copied()).toEqual(await exported());

  await gateway.send(`${SEGMENTS}/${changed}`, 'PATCH', { name: 'changed again' });
  await gateway.send(`${SEGMENTS}/${deleted}`, 'DELETE');
  await create('new');
  await keepInStep();
  expect((await copied()).map(({ name }) => name)).toEqual(['kept', 'changed again', 'new']);
  expect(await copied()).toEqual(await exported());
});

it('it follows changes as they happen, and continues where it was killed', async () => {
  const { child } = begin();
  for (const name of ['n1', 'n2']) {
    await create(name);
    await until(async () => (await copied()).at(-1)?.name === name);
  }
  child.kill('SIGKILL');
  await once(child, 'close');
  await create('n3');
  await keepInStep();
  expect(await copied()).toEqual(await exported());
});

it('it loads an export again when the events that it needs are no longer kept', async () => {
  const database = new pg.Client(segmentsDatabase.url);
  await database.connect();
  await create('n4');
  await database.query('delete from events');
  await database.query('update event_heads set pruned_to = last_event');
  await database.end();
  await keepInStep();
  expect(await copied()).toEqual(await exported());
});
