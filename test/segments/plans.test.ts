import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteSegment, getSegment, listSegments, updateSegment } from '../../src/segments/resolvers.ts';
import { cursorOf, type Order } from '../../src/segments/segment-order.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const ROWS = 20_000;

/** A node of a plan, as `EXPLAIN (FORMAT JSON)` tells it. */
interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Index Cond'?: string;
  Filter?: string;
  Plans?: Plan[];
}

let client: pg.Client;

// One account has nearly all rows, another few: what Postgres plans for one must do for the other.
beforeAll(async () => {
  await gateway.database.$client.query(
    `insert into segments select case when g % 100 = 0 then 'bob' else 'ada' end, '0Vbq' || lpad(g::text, 12, '0'),
      'Segment ' || g, 'c', 'd', now() + g * interval '1 ms', now() + g * interval '1 ms' from generate_series(1, ${ROWS}) g`,
  );
  await gateway.database.$client.query('analyze segments');
  client = new pg.Client(gateway.database.$client.options.connectionString);
  await client.connect();
  await client.query('set plan_cache_mode = force_generic_plan');
});

afterAll(() => client.end());

/** How Postgres runs the statement that a call sends, when it plans it once for any values. */
async function planOf(call: () => Promise<unknown>): Promise<Plan[]> {
  gateway.statements.length = 0;
  await call();
  const [{ text, values } = { text: '', values: [] }] = gateway.statements;
  const name = `plan_${randomUUID()}`;
  await client.query('begin');
  await client.query(`prepare "${name}" as ${text}`);
  const literals = values.map((value) =>
    pg.escapeLiteral(
      `{${(value as unknown[]).map((each) => (each === null || each === undefined ? 'null' : JSON.stringify(each))).join(',')}}`,
    ),
  );
  const { rows } = await client.query(
    `explain (analyze, format json) execute "${name}" (${literals.join(', ')})`,
  );
  await client.query('rollback');
  return [...nodesOf(rows[0]['QUERY PLAN'][0].Plan)];
}

function* nodesOf(plan: Plan): Generator<Plan> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodesOf(child);
}

/** That the table is read by an index alone, and about as many rows of it as are given back. */
function expectIndexed(nodes: Plan[], rows: number): void {
  const scans = nodes.filter(
    (node) => node['Relation Name'] === 'segments' && /Scan/.test(node['Node Type']),
  );
  expect(scans.length).toBeGreaterThan(0);
  for (const scan of scans) {
    expect(scan['Node Type']).toMatch(/^(Index Scan|Index Only Scan|Bitmap Heap Scan)$/);
    const read = (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'];
    expect(read).toBeLessThanOrEqual(rows);
  }
}

const ID = `0Vbq${String(ROWS / 2).padStart(12, '0')}`;

/** A cursor somewhere in the middle. */
function afterOf(field: Order['field'], direction: Order['direction'] = 'ASC'): string {
  const [name, now] = ['Segment 5', new Date()];
  const segment = { ...draft(), id: ID, name, createdAt: now, updatedAt: now, version: 1 };
  return cursorOf({ field, direction }, segment);
}

describe.each(['ada', 'bob'] as const)('for the account %s, one index serves', (who) => {
  const context = () => gateway.context(who);

  it('a retrieve', async () => expectIndexed(await planOf(() => getSegment({ id: ID }, context())), 1));
  it('an update', async () =>
    expectIndexed(await planOf(() => updateSegment({ id: ID, name: 'n' }, context()).catch(() => null)), 2));
  it('a delete', async () =>
    expectIndexed(await planOf(() => deleteSegment({ id: ID }, context()).catch(() => null)), 2));
  it('a list by name', async () => {
    const filter = { name: { eq: 'Segment 100' } };
    expectIndexed(await planOf(() => listSegments({ filter }, context())), 1);
  });

  describe.each(['CREATED_AT', 'UPDATED_AT', 'NAME'] as const)('the order %s', (field) => {
    it.each(['ASC', 'DESC'] as const)('%s, on its first page', async (direction) => {
      const orderBy = { field, direction };
      expectIndexed(await planOf(() => listSegments({ first: 10, orderBy }, context())), 11);
    });

    it.each(['ASC', 'DESC'] as const)('%s, on a page in the middle', async (direction) => {
      const orderBy = { field, direction };
      const after = afterOf(field, direction);
      expectIndexed(await planOf(() => listSegments({ first: 10, after, orderBy }, context())), 11);
    });
  });

  describe.each(['CREATED_AT', 'UPDATED_AT', 'NAME'] as const)(
    'between two cursors, in the order %s',
    (field) => {
      it.each(['first', 'last'] as const)('a page of the %s', async (size) => {
        const orderBy = { field, direction: 'ASC' } as const;
        const some = (await listSegments({ first: 5, orderBy, after: afterOf(field) }, context())).segments;
        const [after, before] = [some.at(0), some.at(-1)].map((each) => each && cursorOf(orderBy, each));
        const nodes = await planOf(() => listSegments({ [size]: 10, after, before, orderBy }, context()));
        expectIndexed(nodes, 3);
        const [scan] = nodes.filter((node) => node['Index Cond'] !== undefined);
        expect(scan?.['Index Cond']).toMatch(/[<>] .* [<>] /); // one range, from one cursor to the other
        expect(scan?.Filter).toBeUndefined();
      });
    },
  );

  it('a range of creation, from its very end', async () => {
    const filter = { createdAt: { lt: new Date(0) } };
    expectIndexed(await planOf(() => listSegments({ filter }, context())), 0);
  });
});
