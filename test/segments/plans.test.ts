import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLANNER_OPTIONS } from '../../src/database/planner.ts';
import {
  createSegment,
  deleteSegment,
  getSegment,
  getSegments,
  listSegments,
  updateSegment,
} from '../../src/segments/resolvers.ts';
import { cursorOf, ORDER_FIELDS, type Order } from '../../src/segments/segment-order.ts';
import { draft, segmentWith, testGateway, type Who } from '../harness.ts';
import { makeDatabase } from '../postgres.ts';
import { countSegments } from './count.ts';

const gateway = testGateway();

/** A node of a plan, as `EXPLAIN (FORMAT JSON)` prints it. */
interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Heap Fetches'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** A statement that the gateway sends, and how many rows it may read at most. */
interface Sent {
  title: string;
  text: string;
  values: unknown[];
  maxRows: number;
  /** Whether it may only read an index, and not the table. */
  isIndexOnly: boolean;
}

/** How many segments each account has. `bob` never has more than `ada`. */
const SPREADS: Record<string, Record<string, number>> = {
  '2 of equal size': { ada: 5_000, bob: 5_000 },
  '2, one small': { ada: 10_000, bob: 100 },
  '12 of equal size': others(10, 800, { ada: 800, bob: 800 }),
  '12, one large': others(10, 100, { ada: 10_000, bob: 100 }),
  '12, one small': others(10, 900, { ada: 900, bob: 20 }),
  '1,000 of equal size': others(998, 10, { ada: 10, bob: 10 }),
  '1,000, one large': others(998, 5, { ada: 10_000, bob: 5 }),
};

function others(accounts: number, rows: number, named: Record<string, number>): Record<string, number> {
  return { ...named, ...Object.fromEntries(Array.from({ length: accounts }, (_, i) => [`other${i}`, rows])) };
}

const idOf = (n: number) => `0Vbq${String(n).padStart(12, '0')}`;

/** In each account, half of the segments have the same name and criteria. Each of the others has its own. */
const fill = (spread: Record<string, number>) => `
  insert into segments
  select account_id, '0Vbq' || lpad(g::text, 12, '0'),
    case when g % 2 = 0 then 'common' else 'Segment ' || g end,
    case when g % 2 = 0 then 'common' else 'criteria ' || g end,
    repeat('d', 200), moment, moment + interval '1 s'
  from jsonb_each_text('${JSON.stringify(spread)}') as spread (account_id, rows),
    generate_series(1, rows::int) g, lateral (select timestamptz '2026-01-01' + g * interval '1 s' as moment) m
  order by hashint4(g)`;

async function sentBy(call: () => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  gateway.statements.length = 0;
  await call().catch(() => null); // the table is empty, so there is nothing to change
  const [sent] = gateway.statements;
  if (!sent) throw new Error('Nothing was sent.');
  return sent;
}

/** Every kind of statement, as it is sent for an account with this many rows. */
async function statementsFor(who: Who, rows: number): Promise<Sent[]> {
  const context = gateway.context(who);
  const sent: Sent[] = [];
  const add = async (title: string, maxRows: number, call: () => Promise<unknown>, isIndexOnly = false) =>
    sent.push({ title, maxRows, isIndexOnly, ...(await sentBy(call)) });
  const middle = Math.ceil(rows / 4) * 2;
  const id = idOf(middle);
  const moment = new Date(Date.UTC(2026, 0, 1, 0, 0, middle));
  const updatedAt = new Date(moment.getTime() + 1_000);
  const at = segmentWith({ id, createdAt: moment, updatedAt });

  await add('create', 0, () => createSegment(draft(), context));
  await add('create once', 0, () => createSegment({ ...draft(), idempotencyKey: randomUUID() }, context));
  await add('retrieve', 1, () => getSegment({ id }, context));
  await add('retrieve many', 50, () =>
    getSegments({ ids: Array.from({ length: 50 }, (_, i) => idOf(i + 1)) }, context),
  );
  await add('update', 2, () => updateSegment({ id, name: 'n' }, context));
  await add('delete', 2, () => deleteSegment({ id }, context));

  for (const field of ORDER_FIELDS) {
    for (const direction of ['ASC', 'DESC'] as const) {
      const orderBy: Order = { field, direction };
      const list = (title: string, maxRows: number, given: object) =>
        add(`${title} in the order ${field} ${direction}`, maxRows, () =>
          listSegments({ first: 10, orderBy, ...given }, context),
        );
      const after = cursorOf(orderBy, { ...at, name: 'common' });
      await list('a page', 11, {});
      await list('a page in the middle', 11, { after });
      await list('a page between two cursors', 11, { after, before: after });
      const isByName = field === 'NAME';
      const isByCreation = field === 'CREATED_AT';
      for (const place of [{}, { after }]) {
        const where = 'after' in place ? ', in the middle' : '';
        const of = (title: string, isBounded: boolean, limit: number, filter: object) =>
          list(`${title}${where}`, isBounded ? limit : rows, { filter, ...place });
        await of('a name', isByCreation || isByName, 11, { name: { eq: 'common' } });
        await of('a name that is not there', true, 0, { name: { eq: 'nobody' } });
        await of('names', isByCreation, 22, { name: { in: ['common', 'Segment 1', 'nobody'] } });
        await of('criteria', isByCreation, 11, { criteria: { eq: 'common' } });
        await of('criteria that are not there', true, 0, { criteria: { eq: 'nothing' } });
        await of('several criteria', isByCreation, 22, { criteria: { in: ['common', 'criteria 1'] } });
        await of('a time of creation', isByCreation, 11, { createdAt: { gte: new Date(0) } });
        await of('a time of update', field === 'UPDATED_AT', 11, { updatedAt: { gte: new Date(0) } });
        await of('names with a text', false, 0, { name: { contains: 'nobody' } });
        await of('a name of some criteria', false, 0, { name: { eq: 'common' }, criteria: { eq: 'x' } });
      }
    }
  }
  const count = (title: string, filter: object | null, isIndexOnly: boolean, maxRows = rows) =>
    add(`a count of ${title}`, maxRows, () => countSegments({ filter }, context), isIndexOnly);
  await add('a count for a quota', rows, () => gateway.segments.countUpTo(who, rows), true);
  await count('all', null, true);
  await count('a name', { name: { eq: 'common' } }, true, Math.ceil(rows / 2));
  await count('names with a text', { name: { contains: 'x' } }, true);
  await count('a time of creation', { createdAt: { lt: moment } }, true);
  await count('a time of update', { updatedAt: { gte: moment } }, true);
  await count('criteria', { criteria: { in: ['common', 'x'] } }, false, Math.ceil(rows / 2));
  await count('criteria with a text', { criteria: { contains: 'x' } }, false);
  return sent;
}

const literalOf = (value: unknown) =>
  Array.isArray(value)
    ? pg.escapeLiteral(
        `{${value.map((each) => (each === null || each === undefined ? 'null' : JSON.stringify(each instanceof Date ? each.toISOString() : each))).join(',')}}`,
      )
    : pg.escapeLiteral(String(value));

/** Describes what a statement reads too much of. Runs it in a transaction that is rolled back. */
async function excessOf(client: pg.Client, { title, text, values, maxRows, isIndexOnly }: Sent) {
  const name = `plan_${randomUUID()}`;
  await client.query('begin');
  await client.query(`prepare "${name}" as ${text}`);
  const { rows } = await client.query(
    `explain (analyze, buffers, format json) execute "${name}" (${values.map(literalOf).join(', ')})`,
  );
  await client.query('rollback');
  await client.query(`deallocate "${name}"`);
  const [{ Plan: plan, JIT: jit }] = rows[0]['QUERY PLAN'];
  const nodes = [...nodesOf(plan)];
  const scans = nodes.filter((node) => node['Relation Name'] !== undefined && /Scan/.test(node['Node Type']));
  const read = scans.reduce(
    (sum, scan) => sum + (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'],
    0,
  );
  // A search in an index reads three blocks, and a row one. Index entries that are skipped are not rows, but are in blocks.
  const maxBlocks = 8 + (title === 'retrieve many' ? 4 : 2) * maxRows;
  const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  const isWrite = /Modify|Insert|Update|Delete/.test(JSON.stringify(nodes.map((node) => node['Node Type'])));
  return [
    ...(scans.some((scan) => !/^Index( Only)? Scan/.test(scan['Node Type']))
      ? ['reads without an index']
      : []),
    ...(read > maxRows ? [`reads ${read} rows, not ${maxRows}`] : []),
    ...(!isWrite && blocks > maxBlocks ? [`reads ${blocks} blocks for ${maxRows} rows`] : []),
    ...(isIndexOnly && !scans.every((scan) => scan['Node Type'] === 'Index Only Scan')
      ? ['reads the table']
      : []),
    ...(jit ? ['is compiled'] : []),
    ...(nodes.some((node) => node['Node Type'].startsWith('Gather')) ? ['takes several cores'] : []),
  ].map((excess) => `${title} ${excess}`);
}

function* nodesOf(plan: Plan): Generator<Plan> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodesOf(child);
}

/** Settings of a server that would use JIT and parallel workers wherever it can. */
const EAGER = {
  jit: 'on',
  jit_above_cost: '0',
  max_parallel_workers_per_gather: '4',
  parallel_setup_cost: '0',
  parallel_tuple_cost: '0',
  min_parallel_table_scan_size: '0',
  min_parallel_index_scan_size: '0',
};

describe.each(Object.entries(SPREADS))('with accounts: %s', (_, spread) => {
  let drop: () => Promise<void>;
  let client: pg.Client;
  let statements: Sent[];

  beforeAll(async () => {
    const made = await makeDatabase();
    drop = made.drop;
    const admin = new pg.Client(made.url);
    await admin.connect();
    for (const [name, value] of Object.entries(EAGER)) {
      await admin.query(`alter database "${admin.database}" set ${name} = '${value}'`);
    }
    await admin.query('alter table segments set (autovacuum_enabled = off)');
    await admin.end();
    // Rows that a test fills in are not logged, because the trigger would take longer than all plans.
    const options = `${PLANNER_OPTIONS} -c segments.events=written`;
    client = new pg.Client({ connectionString: made.url, options });
    await client.connect();
    statements = [];
    for (const who of ['ada', 'bob'] as const)
      statements.push(...(await statementsFor(who, spread[who] ?? 0)));
  });

  afterAll(async () => {
    await client.end();
    await drop();
  });

  const excess = async () => {
    const found: string[] = [];
    for (const statement of statements) found.push(...(await excessOf(client, statement)));
    return found;
  };

  it('each statement reads only what it needs without statistics', async () => {
    await client.query(fill(spread));
    expect(await excess()).toEqual([]);
  });

  it('each statement reads only what it needs with fresh statistics', async () => {
    await client.query('vacuum analyze segments');
    expect(await excess()).toEqual([]);
  });

  it('each statement reads only what it needs with the statistics of an empty table', async () => {
    await client.query('truncate segments');
    await client.query('analyze segments');
    await client.query(fill(spread));
    expect(await excess()).toEqual([]);
  });
});
