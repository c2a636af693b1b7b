import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idPrefix } from '../../src/segments/segment-id.ts';
import { graphql } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

const NS_PER_MS = 1_000_000n;
const COMPARED = {
  gte: (time: bigint, bound: bigint) => time >= bound,
  gt: (time: bigint, bound: bigint) => time > bound,
  lte: (time: bigint, bound: bigint) => time <= bound,
  lt: (time: bigint, bound: bigint) => time < bound,
};
const OPERATORS = Object.keys(COMPARED) as (keyof typeof COMPARED)[];

const EARLIEST = Date.parse('0001-01-02T00:00:00.000Z');
const LATEST = Date.parse('9999-12-30T23:59:59.999Z');
/** Ids start in 1970, and their eight digits of time end in the year 8888. */
const LAST_ID = 62 ** 8 - 1;

/** Inserts segments that were created and updated at these times, in milliseconds, and have them as names. */
async function store(times: readonly number[]): Promise<void> {
  await gateway.database.execute('truncate segments');
  const ids = times.map((time, i) => `${idPrefix(Math.min(time, LAST_ID))}${String(i).padStart(8, '0')}`);
  const dates = times.map((time) => new Date(time).toISOString());
  await gateway.database.$client.query(
    `insert into segments (account_id, id, name, criteria, description, created_at, updated_at)
      select 'ada', id, name, 'c', 'd', at, at from unnest($1::text[], $2::text[], $3::timestamptz[]) as t (id, name, at)`,
    [ids, times.map(String), dates],
  );
}

/** The times that match a bound with each operator. */
async function found(property: string, bound: string): Promise<Record<string, number[]>> {
  const fields = OPERATORS.map(
    (operator) =>
      `${operator}: segments(first: 100, filter: { ${property}: { ${operator}: $bound } }) { nodes { name } }`,
  );
  const { body } = await graphql(gateway, `query ($bound: DateTime) { ${fields.join(' ')} }`, { bound });
  expect(body.errors).toBeUndefined();
  return Object.fromEntries(
    OPERATORS.map((operator) => [
      operator,
      body.data[operator].nodes
        .map(({ name }: { name: string }) => Number(name))
        .toSorted((a: number, b: number) => a - b),
    ]),
  );
}

const expected = (times: readonly number[], bound: bigint) =>
  Object.fromEntries(
    OPERATORS.map((operator) => [
      operator,
      times.filter((time) => COMPARED[operator](BigInt(time) * NS_PER_MS, bound)),
    ]),
  );

/** Formats a time in nanoseconds as RFC 3339, with an offset in minutes. */
function formatted(time: bigint, offset: number, isLowerCase: boolean, zeros: number): string {
  const milliseconds = time >= 0n || time % NS_PER_MS === 0n ? time / NS_PER_MS : time / NS_PER_MS - 1n;
  const rest = String(time - milliseconds * NS_PER_MS).padStart(6, '0');
  const local = new Date(Number(milliseconds) + offset * 60_000).toISOString().slice(0, -1);
  const sign = offset < 0 ? '-' : '+';
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = offset === 0 ? 'Z' : `${sign}${twoDigits(hours)}:${twoDigits(minutes)}`;
  const text = `${local}${rest}${'0'.repeat(zeros)}${zone}`;
  return isLowerCase ? text.toLowerCase() : text;
}

describe.each([
  ['createdAt', 0, LAST_ID],
  ['updatedAt', EARLIEST, LATEST],
] as const)('bounds of %s', (property, min, max) => {
  it('are exact to the nanosecond', async () => {
    const base = fc.oneof(
      fc.integer({ min: min + 2, max: max - 2 }),
      fc.constantFrom(min + 2, max - 2, Date.parse('2026-01-01')),
    );
    const delta = fc.oneof(fc.bigInt(-2_000_001n, 2_000_001n), fc.constantFrom(0n, 1n, -1n, 500_000n));
    const offset = fc.oneof(fc.constant(0), fc.integer({ min: -1_439, max: 1_439 }));
    await fc.assert(
      fc.asyncProperty(
        base,
        delta,
        offset,
        fc.boolean(),
        fc.nat(3),
        async (at, by, minutes, isLowerCase, zeros) => {
          const times = [-2, -1, 0, 1, 2].map((each) => at + each);
          await store(times);
          const bound = BigInt(at) * NS_PER_MS + by;
          const text = formatted(bound, minutes, isLowerCase, zeros);
          expect(await found(property, text)).toEqual(expected(times, bound));
        },
      ),
      { numRuns: Number(process.env.TIME_RUNS ?? 60), seed: 4_4 },
    );
  });

  it('work at the earliest and the latest time', async () => {
    const times = property === 'createdAt' ? [0, LAST_ID] : [EARLIEST, -1, 0, LATEST];
    await store(times);
    const nothing = { gte: [], gt: [], lte: times, lt: times };
    const everything = { gte: times, gt: times, lte: [], lt: [] };
    expect(await found(property, '9999-12-31T23:59:59.9999Z')).toEqual(nothing);
    expect(await found(property, '0001-01-01T00:00:00Z')).toEqual(everything);
  });
});

it('several bounds must all match, and those that exclude each other match nothing', async () => {
  await store([1_000, 1_001, 1_002, 1_003]);
  const query = `{ segments(orderBy: { field: CREATED_AT, direction: ASC }, filter: { createdAt: {
    gte: "1970-01-01T00:00:01Z", gt: "1970-01-01T00:00:01.0001Z", lte: "1970-01-01T00:00:01.0029Z", lt: "1970-01-01T00:00:05Z" } }) {
    nodes { name } } none: segments(filter: { createdAt: { gt: "1970-01-01T00:00:01Z", lt: "1970-01-01T00:00:01.001Z" } }) { totalCount } }`;
  const { body } = await graphql(gateway, query);
  expect(body.data).toEqual({
    segments: { nodes: [{ name: '1001' }, { name: '1002' }] },
    none: { totalCount: 0 },
  });
});
