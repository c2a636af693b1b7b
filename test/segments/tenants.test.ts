import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment, listSegments } from '../../src/segments/resolvers.ts';
import type { Segment } from '../../src/segments/segment.ts';
import { graphql, type Json, rest } from '../client.ts';
import { doors } from '../doors.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const mine: Segment[] = [];
const ABSENT = 'zzzzzzzzzzzzzzzz';

beforeAll(async () => {
  for (let i = 0; i < 5; i++)
    mine.push(await createSegment(draft({ name: `ada ${i}` }), gateway.context('ada')));
});

const first = () => mine[0]?.id ?? '';

describe.each(doors)("another account's segment, through $name", (door) => {
  it('looks like one that does not exist', async () => {
    const foreign = await door.retrieve(gateway, { id: first() }, 'bob');
    expect(foreign).toEqual(await door.retrieve(gateway, { id: ABSENT }, 'bob'));
    expect(foreign).toEqual({ code: 'NOT_FOUND' });
  });

  it('cannot be changed', async () => {
    expect(await door.update(gateway, { id: first(), name: 'bob was here' }, 'bob')).toEqual({
      code: 'NOT_FOUND',
    });
    expect(await door.retrieve(gateway, { id: first() })).toMatchObject({ segment: { name: 'ada 0' } });
  });

  it('cannot be deleted', async () => {
    expect(await door.delete(gateway, { id: first() }, 'bob')).toEqual({ code: 'NOT_FOUND' });
    expect(await door.retrieve(gateway, { id: first() })).toMatchObject({ segment: { name: 'ada 0' } });
  });
});

describe("another account's segments", () => {
  const asBob = async (query: string, variables: object = {}): Promise<Json> =>
    (await graphql(gateway, query, variables, { as: 'bob' })).body;

  it('appear in no list, filter or count', async () => {
    const list = await rest(gateway, '?name=ada%200', { as: 'bob' });
    expect(list.body).toEqual({ has_more: false, data: [] });
    const query = '{ segments(filter: { name: { contains: "ada" } }) { totalCount nodes { id } } }';
    expect((await asBob(query)).data.segments).toEqual({ totalCount: 0, nodes: [] });
  });

  it.each(['starting_after', 'ending_before'])(
    'cannot be reached by %s with one of their ids',
    async (param) => {
      const { body } = await rest(gateway, `?${param}=${first()}`, { as: 'bob' });
      expect(body).toEqual({ has_more: false, data: [] });
    },
  );

  it.each(['CREATED_AT', 'UPDATED_AT', 'NAME'])(
    'cannot be reached by one of their cursors, in %s order',
    async (field) => {
      const query = `query ($after: String) { segments(first: 2, after: $after, orderBy: { field: ${field}, direction: ASC }) {
      nodes { id } pageInfo { endCursor hasNextPage hasPreviousPage } } }`;
      const { body } = await graphql(gateway, query);
      const after = body.data.segments.pageInfo.endCursor;
      expect((await asBob(query, { after })).data.segments).toEqual({
        nodes: [],
        pageInfo: { endCursor: null, hasNextPage: false, hasPreviousPage: false },
      });
    },
  );

  it('are null for node, nodes and _entities', async () => {
    const query = `query ($id: ID!, $ids: [ID!]!, $r: [_Any!]!) { node(id: $id) { id } nodes(ids: $ids) { id }
      _entities(representations: $r) { ... on Segment { id } } }`;
    const own = await createSegment(draft(), gateway.context('bob'));
    const representations = [first(), own.id].map((id) => ({ __typename: 'Segment', id, accountId: 'ada' }));
    const { data } = await asBob(query, { id: first(), ids: [first(), own.id], r: representations });
    expect(data).toEqual({ node: null, nodes: [null, { id: own.id }], _entities: [null, { id: own.id }] });
  });
});

it('each of two accounts only gets its own segments, however their calls are mixed in one batch', async () => {
  const ids = { ada: mine.map(({ id }) => id), bob: [] as string[] };
  for (let i = 0; i < 5; i++) ids.bob.push((await createSegment(draft(), gateway.context('bob'))).id);
  const call = fc.record({
    who: fc.constantFrom('ada' as const, 'bob' as const),
    whose: fc.constantFrom('ada' as const, 'bob' as const),
    i: fc.nat(4),
    list: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 40 }), async (calls) => {
      await Promise.all(
        calls.map(async ({ who, whose, i, list }) => {
          const accountId = who;
          if (list) {
            const page = await listSegments({ first: 100 }, gateway.context(who));
            expect(page.segments.every(({ name }) => name.startsWith('ada') === (who === 'ada'))).toBe(true);
          } else {
            const id = ids[whose][i] ?? '';
            expect((await gateway.segments.get({ accountId, id }))?.id ?? null).toBe(
              who === whose ? id : null,
            );
          }
        }),
      );
    }),
    { numRuns: 50 },
  );
});
