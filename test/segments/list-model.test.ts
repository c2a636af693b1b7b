import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { listSegments } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { idPrefix } from '../../src/segments/segment-id.ts';
import { cursorOf, DIRECTIONS, ORDER_FIELDS, type Order } from '../../src/segments/segment-order.ts';
import { origin, segmentWith, testGateway } from '../harness.ts';
import { countSegments } from './count.ts';

const gateway = testGateway();
/** `LISTS=20000` is the long run. */
const RUNS = Number(process.env.LISTS ?? 500);

const NAMES = ['a', 'A', 'b\\', '\u{1f600}', '\uffee', 'long'.repeat(60)];
const CRITERIA = ['x', '\\', '\\\\134', 'ä', 'y'.repeat(5_000)];
const TIMES = Array.from({ length: 6 }, (_, i) => Date.UTC(2026, 0, 1 + i));

const cycle = <Value>(values: readonly Value[], i: number): Value => values[i % values.length] as Value; // never empty

const all = Array.from({ length: 90 }, (_, i): Segment => {
  const createdAt = new Date(cycle(TIMES, Math.floor(i / 15)));
  return segmentWith({
    id: idPrefix(createdAt.getTime()) + String(i).padStart(8, '0'),
    name: cycle(NAMES, i * 7 + (i % 4)),
    criteria: cycle(CRITERIA, i * 3 + (i % 2)),
    description: '',
    createdAt,
    updatedAt: new Date(cycle(TIMES, i * 5)),
    version: 1,
  });
});

beforeAll(async () => {
  for (const segment of all) await gateway.segments.create({ ...segment, ...origin, accountId: 'ada' });
  await gateway.database.$client.query(
    'update segments set updated_at = given.updated_at from unnest($1::text[], $2::timestamptz[]) as given (id, updated_at) where segments.id = given.id',
    [all.map(({ id }) => id), all.map(({ updatedAt }) => updatedAt.toISOString())],
  );
  await gateway.segments.create({
    ...cycle(all, 0),
    ...origin,
    id: `${cycle(all, 0).id.slice(0, -1)}z`,
    accountId: 'bob',
  });
});

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 2 });
const textsOf = (values: string[]) =>
  maybe(
    fc.record({
      eq: maybe(fc.constantFrom(...values, 'nothing')),
      in: maybe(fc.array(fc.constantFrom(...values, 'nothing'), { maxLength: 4 })),
      contains: fc.option(fc.constantFrom('a', '\\', 'n'), { nil: null, freq: 8 }),
    }),
  );
const time = maybe(fc.constantFrom(...TIMES).map((at) => new Date(at)));
const times = maybe(fc.record({ gte: time, lt: time }));
const list = fc.record({
  filter: fc.record({
    name: textsOf(NAMES),
    criteria: textsOf(CRITERIA),
    createdAt: times,
    updatedAt: times,
  }),
  orderBy: fc.record({ field: fc.constantFrom(...ORDER_FIELDS), direction: fc.constantFrom(...DIRECTIONS) }),
  after: maybe(fc.nat(all.length - 1)),
  before: maybe(fc.nat(all.length - 1)),
  size: fc.constantFrom({ first: 3 }, { last: 3 }, { first: 100 }),
});

type Filter =
  typeof list extends fc.Arbitrary<infer List> ? (List extends { filter: infer F } ? F : never) : never;

function matches({ name, criteria, createdAt, updatedAt }: Filter, segment: Segment): boolean {
  const text = (given: Filter['name'], value: string) =>
    (given?.eq == null || given.eq === value) &&
    (given?.in == null || given.in.includes(value)) &&
    (given?.contains == null || value.toLowerCase().includes(given.contains));
  const moment = (given: Filter['createdAt'], value: Date) =>
    (given?.gte == null || value >= given.gte) && (given?.lt == null || value < given.lt);
  return (
    text(name, segment.name) &&
    text(criteria, segment.criteria) &&
    moment(createdAt, segment.createdAt) &&
    moment(updatedAt, segment.updatedAt)
  );
}

function comparedIn({ field, direction }: Order) {
  const key = ({ id, name, updatedAt }: Segment) =>
    field === 'NAME' ? `${name}\0${id}` : field === 'UPDATED_AT' ? updatedAt.toISOString() + id : id;
  const sign = direction === 'ASC' ? 1 : -1;
  return (one: Segment, other: Segment) =>
    sign * Buffer.compare(Buffer.from(key(one)), Buffer.from(key(other)));
}

it('every list and count matches a model in memory', async () => {
  await fc.assert(
    fc.asyncProperty(list, async ({ filter, orderBy, size, ...places }) => {
      const compare = comparedIn(orderBy);
      const [after, before] = [places.after, places.before].map((i) => (i === null ? null : cycle(all, i)));
      const found = all.filter((segment) => matches(filter, segment)).sort(compare);
      const between = found.filter(
        (one) => (!after || compare(one, after) > 0) && (!before || compare(one, before) < 0),
      );
      const expected = 'first' in size ? between.slice(0, size.first) : between.slice(-size.last);
      const page = await listSegments(
        {
          filter,
          orderBy,
          ...size,
          after: after && cursorOf(orderBy, after),
          before: before && cursorOf(orderBy, before),
        },
        gateway.context('ada'),
      );
      expect(page.segments.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      expect(await page.hasNext()).toBe(
        'first' in size
          ? between.length > expected.length
          : found.some((one) => before && compare(one, before) >= 0),
      );
      expect(await countSegments({ filter }, gateway.context('ada'))).toBe(found.length);
    }),
    { numRuns: RUNS, ...(process.env.LISTS === undefined && { seed: 1 }) },
  );
});
