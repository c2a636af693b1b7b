import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { createSegments, deleteSegments, updateSegments } from '../../src/segments/bulk/resolvers.ts';
import {
  createSegment,
  deleteSegment,
  getSegment,
  getSegments,
  listSegments,
  updateSegment,
} from '../../src/segments/resolvers.ts';
import { cursorOf, ORDER_FIELDS, type Order } from '../../src/segments/segment-order.ts';
import { draft, origin, segmentWith, testGateway, type Who } from '../harness.ts';
import { testPlans } from '../plan-tests.ts';
import type { Sent } from '../plans.ts';
import { countSegments } from './count.ts';
import { queryOf } from './exported.ts';

const gateway = testGateway();

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
  const add = async (
    title: string,
    maxRows: number,
    call: () => Promise<unknown>,
    options: Partial<Sent> = {},
  ) => sent.push({ title, maxRows, ...options, ...(await sentBy(call)) });
  const middle = Math.ceil(rows / 4) * 2;
  const id = idOf(middle);
  const moment = new Date(Date.UTC(2026, 0, 1, 0, 0, middle));
  const updatedAt = new Date(moment.getTime() + 1_000);
  const at = segmentWith({ id, createdAt: moment, updatedAt });

  await add('create', 0, () => createSegment(draft(), context));
  await add('create once', 0, () => createSegment({ ...draft(), idempotencyKey: randomUUID() }, context));
  await add('retrieve', 1, () => getSegment({ id }, context));
  const ids = Array.from({ length: 50 }, (_, i) => idOf(i + 1));
  await add('retrieve many', 50, () => getSegments({ ids }, context), { blocksOfRow: 4 });
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
      await list('a page and the head of the log', 12, { after, withHead: true });
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
    add(`a count of ${title}`, maxRows, () => countSegments({ filter }, context), { isIndexOnly });
  await add('a count for a quota', rows, () => gateway.segments.countUpTo(who, rows), { isIndexOnly: true });
  await count('all', null, true);
  await count('a name', { name: { eq: 'common' } }, true, Math.ceil(rows / 2));
  await count('names with a text', { name: { contains: 'x' } }, true);
  await count('a time of creation', { createdAt: { lt: moment } }, true);
  await count('a time of update', { updatedAt: { gte: moment } }, true);
  await count('criteria', { criteria: { in: ['common', 'x'] } }, false, Math.ceil(rows / 2));
  await count('criteria with a text', { criteria: { contains: 'x' } }, false);

  const exportOf = async (title: string, maxRows: number, filter: object) =>
    sent.push({ title: `an export of ${title}`, maxRows, ...(await queryOf(filter, gateway, context)) });
  await exportOf('all', rows, {});
  await exportOf('a name', Math.ceil(rows / 2), { name: { eq: 'common' } });
  await exportOf('a name that is not there', 0, { name: { eq: 'nobody' } });
  await exportOf('criteria', Math.ceil(rows / 2), { criteria: { eq: 'common' } });
  await exportOf('a name of some criteria', Math.ceil(rows / 2), {
    name: { eq: 'common' },
    criteria: { eq: 'x' },
  });
  await exportOf('names', rows, { name: { in: ['common', 'Segment 1'] } });
  await exportOf('a time of creation', Math.ceil(rows / 2), { createdAt: { lt: moment } });

  const { imports } = gateway.segments;
  await add('find segments to import', 50, () => imports.find(who, ids), { blocksOfRow: 4 });

  // Last, because they leave dead rows that the others would have to skip.
  const drafts = ids.map(() => draft());
  await add('create many', 0, () => createSegments({ segments: drafts }, context));
  const once = { segments: drafts, idempotencyKey: randomUUID() };
  await add('create many once', 0, () => createSegments(once, context));
  const changes = ids.map((each) => ({ id: each, name: 'n' }));
  await add('update many', 100, () => updateSegments({ segments: changes }, context));
  const given = { ...draft(), ...origin, accountId: who, createdAt: moment, updatedAt: null };
  const replacing = ids.map((each) => ({ ...given, id: each, replaces: 1 }));
  await add('replace by an import', 100, () =>
    imports.write({ accountId: who, segments: replacing, note: null }),
  );
  const note = { accountId: who, idempotencyKey: 'of an import', before: null, after: '' };
  const creating = [{ ...given, id: idOf(rows + 1), replaces: null }];
  await add('create by an import', 0, () => imports.write({ accountId: who, segments: creating, note }));
  const removals = ids.map((each) => ({ id: each }));
  await add('delete many', 100, () => deleteSegments({ segments: removals }, context));
  return sent;
}

describe.each(Object.entries(SPREADS))('with accounts: %s', (_, spread) => {
  testPlans({
    tables: ['segments'],
    fill: fill(spread),
    async statements() {
      const ofAda = await statementsFor('ada', spread.ada ?? 0);
      return [...ofAda, ...(await statementsFor('bob', spread.bob ?? 0))];
    },
  });
});
