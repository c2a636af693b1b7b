import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import { CreateSegment, MAX_NAME } from '../../src/segments/segment.ts';
import { cursorOf, DIRECTIONS, ORDER_FIELDS, type Order, placeAt } from '../../src/segments/segment-order.ts';
import { graphql } from '../client.ts';
import { draft, segmentWith, testGateway } from '../harness.ts';
import { LIMIT_MS } from '../limits.ts';

const gateway = testGateway();

const ORDERS: Order[] = ORDER_FIELDS.flatMap((field) =>
  DIRECTIONS.map((direction) => ({ field, direction })),
);

/** Characters that get longer in JSON, UTF-8 or a literal of Postgres, and some that careless parsers change. */
const AWKWARD = [
  '\u0001',
  '\u001f',
  '\u007f',
  '"',
  '\\',
  '\u2028',
  '\u0301',
  '\ufeff',
  '\uffff',
  '😀',
  '𝒳',
  "'",
  '{',
  ',',
];
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: MAX_NAME }),
    fc.string({ unit: fc.constantFrom(...AWKWARD, 'a'), minLength: 1, maxLength: MAX_NAME, size: 'max' }),
    fc.constantFrom(...AWKWARD).map((character) => `x${character.repeat(MAX_NAME - 1)}`),
  )
  .filter((value) => CreateSegment.safeParse(draft({ name: value })).success);
const updatedAt = fc.oneof(
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
  fc.constantFrom(
    ...['0001-01-01', '9999-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'].map((at) => new Date(at)),
  ),
);
const rows = fc.array(fc.record({ name, updatedAt }), { minLength: 5, maxLength: 5 });

async function store(segments: readonly { name: string; updatedAt: Date }[]): Promise<void> {
  await gateway.database.execute('truncate segments');
  for (const { name, updatedAt } of segments) {
    const { id } = await createSegment(draft({ name }), gateway.context());
    const change = 'update segments set updated_at = $1 where id = $2';
    await gateway.database.$client.query(change, [updatedAt.toISOString(), id]);
  }
}

interface Edge {
  cursor: string;
  node: { id: string };
}

/** Retries an operation while the database is too busy: fast-check would spend minutes on shrinking such a failure. */
const dataOf = (query: string, variables: object) =>
  vi.waitFor(async () => {
    const { body } = await graphql(gateway, query, variables);
    expect(body.errors).toBeUndefined();
    return body.data;
  }, LIMIT_MS.state);

async function edgesOf(orderBy: Order): Promise<Edge[]> {
  const query =
    'query ($orderBy: SegmentOrder) { segments(orderBy: $orderBy) { edges { cursor node { id } } } }';
  return (await dataOf(query, { orderBy })).segments.edges;
}

/** The ids directly after and directly before each cursor, from one operation. */
async function neighbours(orderBy: Order, cursors: readonly string[]): Promise<[string?, string?][]> {
  const each = (alias: string, cursor: string, args: string) =>
    `${alias}: segments(orderBy: $orderBy, ${args}: ${JSON.stringify(cursor)}) { nodes { id } }`;
  const fields = cursors.flatMap((cursor, i) => [
    each(`after${i}`, cursor, 'first: 1, after'),
    each(`before${i}`, cursor, 'last: 1, before'),
  ]);
  const data = await dataOf(`query ($orderBy: SegmentOrder) { ${fields.join(' ')} }`, { orderBy });
  return cursors.map((_, i) => [data[`after${i}`].nodes[0]?.id, data[`before${i}`].nodes[0]?.id]);
}

describe('a cursor that the gateway returned', () => {
  it('leads to the next and the previous segment, whatever is stored, in every order', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (segments) => {
        await store(segments);
        for (const order of ORDERS) {
          const edges = await edgesOf(order);
          expect(edges).toHaveLength(segments.length);
          const found = await neighbours(
            order,
            edges.map(({ cursor }) => cursor),
          );
          expect(found).toEqual(edges.map((_, i) => [edges[i + 1]?.node.id, edges[i - 1]?.node.id]));
        }
      }),
      { numRuns: Number(process.env.CURSOR_RUNS ?? 30), seed: 4_4 },
    );
  });

  it('is accepted even if an earlier version stored a name that is now considered blank', async () => {
    await store([{ name: 'a', updatedAt: new Date() }]);
    await gateway.database.execute(`update segments set name = '\u200b'`);
    const order: Order = { field: 'NAME', direction: 'ASC' };
    const [edge] = await edgesOf(order);
    const page = await listSegments({ orderBy: order, after: edge?.cursor }, gateway.context());
    expect(page.segments).toEqual([]);
  });
});

describe('a cursor that the gateway did not return', () => {
  const order: Order = { field: 'NAME', direction: 'ASC' };
  const segment = segmentWith();
  const returned = cursorOf(order, segment);
  const encoded = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    ['padded', `${returned}==`],
    ['with a line break', `${returned}\n`],
    ['with a character outside the alphabet', `*${returned}`],
    ['of JSON with a space', encoded(JSON.stringify(['NAME', 'ASC', segment.id, 'n']).replace(',', ', '))],
    ['with a needless escape', encoded(`["NAME","ASC","${segment.id}","\\u0041"]`)],
    ['of five parts', encoded(JSON.stringify(['NAME', 'ASC', segment.id, 'n', 1]))],
    ['with half of a surrogate pair', encoded(`["NAME","ASC","${segment.id}","\\ud800"]`)],
    [
      'of a name that is too long',
      encoded(JSON.stringify(['NAME', 'ASC', segment.id, 'n'.repeat(MAX_NAME + 1)])),
    ],
    ['deeply nested', encoded('['.repeat(40_000))],
  ])('is refused: one %s', (_, cursor) => expect(placeAt(order, cursor)).toBeNull());

  it.each(['2026-11-23T00:00:00Z', '2026-11-23', 'Nov 23 2026', '2026-11-23T00:00:00.0000Z'])(
    'is refused: one with the time %s',
    (value) => {
      const cursor = encoded(JSON.stringify(['UPDATED_AT', 'ASC', segment.id, value]));
      expect(placeAt({ field: 'UPDATED_AT', direction: 'ASC' }, cursor)).toBeNull();
    },
  );

  it('is refused whatever it contains, and is never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), fc.json().map(encoded)), async (after) => {
        const query = 'query ($after: String) { segments(after: $after) { nodes { id } } }';
        const { body } = await graphql(gateway, query, { after });
        expect(body.errors).toMatchObject([
          { extensions: { code: 'INVALID_INPUT', issues: [{ param: 'after' }] } },
        ]);
      }),
      { numRuns: 100, seed: 4_4 },
    );
    expect(gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId)).toEqual([]);
  });
});
