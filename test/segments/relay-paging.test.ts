import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment, deleteSegment, listSegments } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { cursorOf, DIRECTIONS, ORDER_FIELDS, type Order } from '../../src/segments/segment-order.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const ORDERS: Order[] = ORDER_FIELDS.flatMap((field) =>
  DIRECTIONS.map((direction) => ({ field, direction })),
);

/** Everything that was ever in the account, in each order, and the ids that are still there. */
const ever = new Map<string, Segment[]>();
const everIn = (order: Order): Segment[] => ever.get(JSON.stringify(order)) ?? [];
const present = new Set<string>();

beforeAll(async () => {
  for (let i = 0; i < 14; i++) {
    const name = ['b', 'a', 'c', 'ä', 'B'][i % 5] ?? '';
    const { id } = await createSegment(draft({ name }), gateway.context());
    const at = new Date(Date.UTC(2026, 0, 1 + ((i * 7) % 4)));
    await gateway.database.$client.query('update segments set updated_at = $1 where id = $2', [at, id]);
    present.add(id);
  }
  for (const order of ORDERS) {
    const { segments } = await listSegments({ first: 100, orderBy: order }, gateway.context());
    ever.set(JSON.stringify(order), segments);
  }
  const byAge = everIn({ field: 'CREATED_AT', direction: 'ASC' });
  for (const i of [0, 4, 5, 13]) {
    const { id } = await deleteSegment.parse({ id: byAge[i]?.id }, gateway.context());
    present.delete(id);
  }
});

interface Arguments {
  first?: number | undefined;
  last?: number | undefined;
  /** Places in what was ever there. */
  after?: number | undefined;
  before?: number | undefined;
}

/**
 * Relay's specification, section 4.4, on an array. Where it leaves open what lies beyond a cursor, the answer is the truth.
 * `first` with `last` cuts what `first` left, and tells of that, as graphql-relay-js does: the specification's text would
 * count, as previous, what `first` cut from the other end.
 */
function specified(all: readonly Segment[], args: Arguments) {
  const { after = -1, before = all.length } = args;
  const isThere = ({ id }: Segment) => present.has(id);
  const { first, last } = withDefault(args);
  const ranged = all.slice(after + 1, Math.max(before, after + 1)).filter(isThere);
  const limited = first === undefined ? ranged : ranged.slice(0, first);
  const edges = last === undefined ? limited : limited.slice(-last);
  return {
    ids: edges.map(({ id }) => id),
    hasPrevious: last === undefined ? all.slice(0, after + 1).some(isThere) : limited.length > last,
    hasNext: first === undefined ? all.slice(before).some(isThere) : ranged.length > first,
  };
}

/** A page has 10 at most where no size is given: the last before a cursor that stands alone, otherwise the first. */
function withDefault({ first, last, after, before }: Arguments) {
  if (first !== undefined || last !== undefined) return { first, last };
  return before !== undefined && after === undefined ? { last: 10 } : { first: 10 };
}

async function answered(order: Order, { first, last, after, before }: Arguments) {
  const all = everIn(order);
  const at = (place: number | undefined) => {
    const segment = place === undefined ? undefined : all[place];
    return segment && cursorOf(order, segment);
  };
  const args = { first, last, after: at(after), before: at(before), orderBy: order };
  const page = await listSegments(args, gateway.context());
  return {
    ids: page.segments.map(({ id }) => id),
    hasPrevious: await page.hasPrevious(),
    hasNext: await page.hasNext(),
  };
}

const size = fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined });
const place = fc.option(fc.nat(13), { nil: undefined });
const everyArgument = fc.record({ first: size, last: size, after: place, before: place });

describe('first, last, after and before', () => {
  it('give what the specification says, in every combination and order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ORDERS), everyArgument, async (order, args) => {
        expect(await answered(order, args)).toEqual(specified(everIn(order), args));
      }),
      { numRuns: Number(process.env.PAGING_RUNS ?? 400), seed: 4_4 },
    );
  }, 600_000);

  it.each<[Arguments, number]>([
    [{ first: 2, before: 13 }, 2],
    [{ first: 10, after: 0, before: 13 }, 10],
    [{ last: 2, after: 0 }, 2],
    [{ first: 3, last: 2 }, 2],
    [{ after: 9, before: 3 }, 0],
    [{ after: 7, before: 7 }, 0],
  ])('give for %j %i segments', async (args, count) => {
    expect((await answered({ field: 'CREATED_AT', direction: 'ASC' }, args)).ids).toHaveLength(count);
  });

  it('read a page by one statement, and another only where it is asked what lies behind', async () => {
    gateway.statements.length = 0;
    const order: Order = { field: 'NAME', direction: 'ASC' };
    const [a, b] = [everIn(order).at(1), everIn(order).at(-2)];
    const args = {
      first: 3,
      after: a && cursorOf(order, a),
      before: b && cursorOf(order, b),
      orderBy: order,
    };
    const page = await listSegments(args, gateway.context());
    await page.hasNext();
    expect(gateway.statements).toHaveLength(1);
    await page.hasPrevious();
    expect(gateway.statements).toHaveLength(2);
  });

  it('end a walk from one cursor to another', async () => {
    const order: Order = { field: 'CREATED_AT', direction: 'DESC' };
    const all = everIn(order);
    const between = all.slice(3, 12).filter(({ id }) => present.has(id));
    const seen: string[] = [];
    for (let after = 2, hasNext = true; hasNext; after = all.findIndex(({ id }) => id === seen.at(-1))) {
      const page = await answered(order, { first: 2, after, before: 12 });
      seen.push(...page.ids);
      hasNext = page.hasNext;
    }
    expect(seen).toEqual(between.map(({ id }) => id));
  });
});
