import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { PLANNER_OPTIONS } from '../src/database/planner.ts';
import { makeDatabase } from './postgres.ts';

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
export interface Sent {
  title: string;
  text: string;
  values: unknown[];
  maxRows: number;
  /** Max blocks that are read for each of them. 2 if omitted: one of an index, and that of the row. */
  blocksOfRow?: number;
  /** Whether it may only read an index, and not the table. */
  isIndexOnly?: boolean;
  /** Whether it is the query of a cursor, which is planned with its values. It may not sort, because its first rows would then wait for the last. */
  isCursor?: boolean;
}

const literalOf = (value: unknown) =>
  Array.isArray(value)
    ? pg.escapeLiteral(
        `{${value.map((each) => (each === null || each === undefined ? 'null' : JSON.stringify(each instanceof Date ? each.toISOString() : each))).join(',')}}`,
      )
    : pg.escapeLiteral(String(value));

/** Describes what statements read too much of. */
export async function excessOfAll(client: pg.Client, statements: readonly Sent[]): Promise<string[]> {
  const found: string[] = [];
  for (const statement of statements) found.push(...(await excessOf(client, statement)));
  return found;
}

/** Describes what a statement reads too much of. Runs it in a transaction that is rolled back. */
export async function excessOf(client: pg.Client, sent: Sent) {
  const { title, text, values, maxRows, blocksOfRow = 2, isIndexOnly = false, isCursor = false } = sent;
  const name = `plan_${randomUUID()}`;
  await client.query('begin');
  if (isCursor) await client.query('set local plan_cache_mode = force_custom_plan');
  await client.query(`prepare "${name}" as ${text}`);
  const given = values.length > 0 ? `(${values.map(literalOf).join(', ')})` : '';
  const { rows } = await client.query(`explain (analyze, buffers, format json) execute "${name}" ${given}`);
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
  const maxBlocks = 8 + blocksOfRow * maxRows;
  const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  const isWrite = /Modify|Insert|Update|Delete/.test(JSON.stringify(nodes.map((node) => node['Node Type'])));
  return [
    ...(scans.some((scan) => !/^(Index( Only)?|Tid) Scan/.test(scan['Node Type']))
      ? ['reads without an index']
      : []),
    ...(read > maxRows ? [`reads ${read} rows, not ${maxRows}`] : []),
    ...(!isWrite && blocks > maxBlocks ? [`reads ${blocks} blocks for ${maxRows} rows`] : []),
    ...(isIndexOnly && !scans.every((scan) => scan['Node Type'] === 'Index Only Scan')
      ? ['reads the table']
      : []),
    ...(isCursor && nodes.some((node) => /Sort|Materialize|Hash/.test(node['Node Type']))
      ? ['keeps rows back']
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

/** Makes a database whose server is eager, and connects to it with the planner settings of a gateway. */
export async function eagerDatabase(tables: readonly string[]) {
  const made = await makeDatabase();
  const admin = new pg.Client(made.url);
  await admin.connect();
  for (const [name, value] of Object.entries(EAGER)) {
    await admin.query(`alter database "${admin.database}" set ${name} = '${value}'`);
  }
  for (const table of tables) await admin.query(`alter table ${table} set (autovacuum_enabled = off)`);
  await admin.end();
  const client = new pg.Client({
    connectionString: made.url,
    options: `${PLANNER_OPTIONS} -c segments.events=written`,
  });
  await client.connect();
  return {
    client,
    async drop() {
      await client.end();
      await made.drop();
    },
  };
}
