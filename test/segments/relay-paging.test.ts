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

/** All segments that were ever created, in each order, and the ids of those that are still there. */
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
  /** Indexes in the list of all segments that were ever created. */
  after?: number | undefined;
  before?: number | undefined;
}

/**
 * Section 4.4 of Relay's specification, for an array. Where it allows any answer about what is beyond a cursor, this gives
 * the true one. If both `first` and `last` are given, `hasPrevious` says whether `last` cut what `first` left, as in
 * graphql-relay-js: by the text of the specification, it would also count what `first` cut from the other end.
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

/** Without a size, a page has at most 10 segments: the last ones if only `before` is given, otherwise the first ones. */
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
  it('follow the specification in every combination and order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ORDERS), everyArgument, async (order, args) => {
        expect(await answered(order, args)).toEqual(specified(everIn(order), args));
      }),
      { numRuns: Number(process.env.PAGING_RUNS ?? 400), seed: 4_4 },
    );
  });

  it.each<[Arguments, number]>([
    [{ first: 2, before: 13 }, 2],
    [{ first: 10, after: 0, before: 13 }, 10],
    [{ last: 2, after: 0 }, 2],
    [{ first: 3, last: 2 }, 2],
    [{ after: 9, before: 3 }, 0],
    [{ after: 7, before: 7 }, 0],
  ])('as %j return %i segments', async (args, count) => {
    expect((await answered({ field: 'CREATED_AT', direction: 'ASC' }, args)).ids).toHaveLength(count);
  });

  it('read a page with one statement, and need another only for hasPreviousPage', async () => {
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

  it('limit a walk to the segments between two cursors', async () => {
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
