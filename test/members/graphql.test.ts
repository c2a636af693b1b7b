import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, type Json, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const ids: string[] = [];

beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const { id } = await createSegment(draft({ name: `segment ${i}` }), gateway.context());
    ids.push(id);
    const add = Array.from({ length: 5 + i }, (_, n) => `c${n}`);
    await rest(gateway, `/${id}/members`, { method: 'POST', body: { add } });
  }
});

const page = async (args: string) => {
  const query = `{ segment(id: "${ids[0]}") { members(${args}) {
    edges { cursor node { customer { id } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
  const { body } = await graphql(gateway, query);
  if (body.errors) return body.errors[0].message;
  const { edges, pageInfo } = body.data.segment.members;
  const shown = edges.map(({ node }: Json) => node.customer.id).join('');
  return { shown, pageInfo, cursors: edges.map(({ cursor }: Json) => cursor) };
};

describe('the connection of members', () => {
  it('pages in both directions, between cursors and from removed members', async () => {
    const { cursors } = await page('first: 100');
    const [first, second, , fourth] = cursors;
    const shownOf = async (args: string) => {
      const { shown, pageInfo } = await page(args);
      return [shown, pageInfo.hasPreviousPage, pageInfo.hasNextPage];
    };
    expect(await shownOf('first: 2')).toEqual(['c0c1', false, true]);
    expect(await shownOf(`first: 2, after: "${second}"`)).toEqual(['c2c3', true, true]);
    expect(await shownOf('last: 2')).toEqual(['c3c4', true, false]);
    expect(await shownOf(`last: 2, before: "${fourth}"`)).toEqual(['c1c2', true, true]);
    expect(await shownOf(`after: "${first}", before: "${fourth}"`)).toEqual(['c1c2', true, false]);
    expect(await shownOf('first: 4, last: 1')).toEqual(['c3', true, true]);
    await rest(gateway, `/${ids[0]}/members/c1`, { method: 'DELETE' });
    expect(await shownOf(`first: 2, after: "${second}"`)).toEqual(['c2c3', true, true]);
    await rest(gateway, `/${ids[0]}/members/c1`, { method: 'PUT' });
    expect(await shownOf('last: 2')).toEqual(['c4c1', true, false]);
  });

  it.each(['', 'x', 'bQ', Buffer.from('m0').toString('base64url'), Buffer.from('m01').toString('base64url')])(
    'refuses the cursor %j',
    async (cursor) => {
      expect(await page(`first: 1, after: "${cursor}"`)).toMatch(
        /^after: (is not a cursor of a list of members|must not be empty)/,
      );
    },
  );
});

it('answers count, membership and members of all segments of a page with one statement each', async () => {
  const query =
    '{ segments(orderBy: { field: CREATED_AT, direction: ASC }) { nodes { memberCount hasMember(customerId: "c5") members(first: 1) { nodes { customer { id } } } } } }';
  await graphql(gateway, query);
  gateway.statements.length = 0;
  const { body } = await graphql(gateway, query);
  expect(body.data.segments.nodes).toEqual(
    [5, 6, 7].map((memberCount, i) => ({
      memberCount,
      hasMember: i > 0,
      members: { nodes: [{ customer: { id: 'c0' } }] },
    })),
  );
  expect(gateway.statements.filter(({ text }) => text.includes('membership'))).toHaveLength(3);
});

it('shows no members of a segment in the payload of its deletion', async () => {
  const { id } = await createSegment(draft(), gateway.context());
  await rest(gateway, `/${id}/members/a`, { method: 'PUT' });
  const query = `mutation { deleteSegment(input: { id: "${id}" }) { ... on DeleteSegmentPayload {
    segment { memberCount members { nodes { joinedAt } } } } } }`;
  const { body } = await graphql(gateway, query);
  expect(body.data.deleteSegment.segment).toEqual({ memberCount: 0, members: { nodes: [] } });
});
