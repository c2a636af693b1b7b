import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment, deleteSegment, listSegments } from '../../src/segments/resolvers.ts';
import { graphql, type Json, rest, restAt } from '../client.ts';
import { draft, testGateway, type Who } from '../harness.ts';

const gateway = testGateway();

const add = (id: string, customerIds: string[], who: Who = 'ada') =>
  rest(gateway, `/${id}/members`, { method: 'POST', body: { add: customerIds }, as: who });
const create = async (name: string, who: Who = 'ada') =>
  (await createSegment(draft({ name }), gateway.context(who))).id;

const ofAda: string[] = [];
beforeAll(async () => {
  for (let i = 0; i < 12; i++) ofAda.push(await create(`ada ${i % 3}`));
  for (const id of ofAda.slice(0, 10)) await add(id, ['c1', `only ${id}`]);
  await add(await create('bob', 'bob'), ['c1'], 'bob');
});

const customer = async (fields: string, id = 'c1', as: Who = 'ada') => {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${fields} } } }`;
  const { body } = await graphql(gateway, query, { r: [{ __typename: 'Customer', id }] }, { as });
  return body;
};

describe('the segments of a customer', () => {
  it('are listed newest first, on every face', async () => {
    const expected = ofAda.slice(0, 10).toReversed();
    const idsOf = ({ body }: Json) => body.data.map(({ id }: Json) => id);
    expect(idsOf(await restAt(gateway, '/v1/customers/c1/segments'))).toEqual(expected);
    expect(idsOf(await rest(gateway, '?member=c1'))).toEqual(expected);
    const { data } = await customer('id segments { totalCount nodes { id } }');
    const nodes = expected.map((id) => ({ id }));
    expect(data._entities).toEqual([{ id: 'c1', segments: { totalCount: 10, nodes } }]);
  });

  it('are paged like all segments', async () => {
    const pages: string[] = [];
    for (let more = ''; ; ) {
      const { body } = await restAt(gateway, `/v1/customers/c1/segments?limit=3${more}`);
      pages.push(...body.data.map(({ id }: Json) => id));
      if (!body.has_more) break;
      more = `&starting_after=${pages.at(-1)}`;
    }
    expect(pages).toEqual(ofAda.slice(0, 10).toReversed());
  });

  it.each(['CREATED_AT', 'UPDATED_AT', 'NAME'] as const)('are filtered and ordered by %s', async (field) => {
    const orderBy = { field, direction: 'ASC' } as const;
    const filter = { name: { in: ['ada 1', 'ada 2'] } };
    const all = await listSegments({ first: 100, filter, orderBy }, gateway.context());
    const page = await listSegments(
      { first: 4, filter: { ...filter, member: 'c1' }, orderBy },
      gateway.context(),
    );
    const expected = all.segments.filter(({ id }) => ofAda.slice(0, 10).includes(id)).map(({ id }) => id);
    expect(page.segments.map(({ id }) => id)).toEqual(expected.slice(0, 4));
    expect(await page.count()).toBe(expected.length);
    expect(await page.hasNext()).toBe(true);
  });

  it('do not include those of another account with the same customer', async () => {
    const { data } = await customer('segments { nodes { name } }', 'c1', 'bob');
    expect(data._entities).toEqual([{ segments: { nodes: [{ name: 'bob' }] } }]);
  });

  it('do not include deleted segments', async () => {
    const id = await create('deleted');
    await add(id, ['leaver']);
    await deleteSegment({ id }, gateway.context());
    expect((await restAt(gateway, '/v1/customers/leaver/segments')).body).toEqual({
      has_more: false,
      data: [],
    });
  });

  it('require the scope members:read', async () => {
    const forbidden = { status: 403, body: { code: 'FORBIDDEN' } };
    expect(await restAt(gateway, '/v1/customers/c1/segments', { as: 'reader' })).toMatchObject(forbidden);
    expect(await rest(gateway, '?member=c1', { as: 'reader' })).toMatchObject(forbidden);
  });

  it('refuse another customer in the filter, and parameters that do not exist', async () => {
    const { errors } = await customer('segments(filter: { member: "c2" }) { nodes { id } }');
    expect(errors).toMatchObject([
      { message: 'filter.member: must be omitted, or be the id of this customer, not "c2".' },
    ]);
    for (const param of ['member', 'customer']) {
      const { body } = await restAt(gateway, `/v1/customers/c1/segments?${param}=c1`);
      expect(body.errors).toEqual([{ param, message: 'is not a recognised parameter' }]);
    }
  });

  it('accept any id of a customer in a path', async () => {
    const id = await create('odd ids');
    for (const odd of ['a/b', 'ä ö', '100%', '?', '...', ':id', '😀']) {
      const path = `/${id}/members/${encodeURIComponent(odd)}`;
      expect((await rest(gateway, path, { method: 'PUT' })).status, odd).toBe(204);
      expect((await rest(gateway, path)).body.customer_id).toBe(odd);
      const { body } = await restAt(gateway, `/v1/customers/${encodeURIComponent(odd)}/segments`);
      expect(body.data.map((segment: Json) => segment.id)).toEqual([id]);
    }
  });
});

describe('inSegments', () => {
  it('answers for each id in its place', async () => {
    const ids = [ofAda[11], ofAda[0], 'no id', ofAda[0], ofAda[9]];
    const { data } = await customer(`inSegments(ids: ${JSON.stringify(ids)})`);
    expect(data._entities).toEqual([{ inSegments: [false, true, false, true, true] }]);
  });

  it('refuses more than 1,000 ids', async () => {
    const ids = Array.from({ length: 1_001 }, () => ofAda[0]);
    const { errors } = await customer(`inSegments(ids: ${JSON.stringify(ids)})`);
    expect(errors[0].message).toBe('ids: must have at most 1,000 ids, not 1,001.');
  });
});

describe('1,000 customers of a router', () => {
  const representations = Array.from({ length: 1_000 }, (_, i) => ({
    __typename: 'Customer',
    id: i % 2 ? 'c1' : `only ${ofAda[i % 12]}`,
  }));

  it.each([
    ['segments', 'segments(first: 3) { nodes { id } }', 1],
    ['inSegments', 'inSegments(ids: ["0000000000000000"])', 1],
  ])('are answered with one statement for %s', async (_, field, statements) => {
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${field} } } }`;
    gateway.statements.length = 0;
    const { body } = await graphql(gateway, query, { r: representations });
    expect(body.errors).toBeUndefined();
    expect(body.data._entities).toHaveLength(1_000);
    expect(gateway.statements.filter(({ text }) => text.includes('"members"'))).toHaveLength(statements);
  });
});
