import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
let id = '';

beforeAll(async () => {
  id = (await createSegment(draft(), gateway.context())).id;
});

/** The long texts that the statements of an operation fetch. It is sent three times and is planned the third time. */
async function fetched(query: string, variables: object = {}): Promise<string[]> {
  const found = new Set<string>();
  for (let i = 0; i < 3; i++) {
    gateway.statements.length = 0;
    const { body } = await graphql(gateway, query, { id, ...variables });
    expect(body.errors).toBeUndefined();
    for (const { text } of gateway.statements) {
      const columns = text.slice(0, text.lastIndexOf('"wanted"') + 1).split(/ from /)[0] ?? '';
      for (const [, name = ''] of columns.matchAll(/"(criteria|description)"/g)) found.add(name);
    }
  }
  return [...found].sort();
}

const PATHS: [string, (selection: string) => string][] = [
  ['segment', (selection) => `query ($id: ID!) { segment(id: $id) { ${selection} } }`],
  ['node', (selection) => `query ($id: ID!) { node(id: $id) { ... on Segment { ${selection} } } }`],
  ['nodes', (selection) => `query ($id: ID!) { nodes(ids: [$id]) { ... on Segment { ${selection} } } }`],
  ['segments, by nodes', (selection) => `{ segments { nodes { ${selection} } } }`],
  ['segments, by edges', (selection) => `{ segments { edges { node { ${selection} } } } }`],
  ['a page of a hundred', (selection) => `{ segments(first: 100) { nodes { ${selection} } } }`],
  [
    '_entities',
    (selection) =>
      `query ($id: ID!) { _entities(representations: [{ __typename: "Segment", id: $id }]) { ... on Segment { ${selection} } } }`,
  ],
];

describe.each(PATHS)('%s fetches', (_, via) => {
  it.each([
    ['id name version', []],
    ['id text: criteria', ['criteria']],
    ['description', ['description']],
    ['criteria description', ['criteria', 'description']],
    ['criteria @skip(if: true) ... @include(if: false) { description }', []],
  ])('only the long texts in { %s }', async (selection, texts) => {
    expect(await fetched(via(selection))).toEqual(texts);
  });
});

describe('an operation', () => {
  it('fetches what its fragments and conditions select', async () => {
    const query = `query ($id: ID!, $full: Boolean!) { segment(id: $id) { ...f } }
      fragment f on Segment { id ... @include(if: $full) { ...g } } fragment g on Segment { criteria }`;
    expect(await fetched(query, { full: false })).toEqual([]);
    expect(await fetched(query, { full: true })).toEqual(['criteria']);
  });

  it('may select different texts of one segment under different aliases', async () => {
    const query = `query ($id: ID!) { a: segment(id: $id) { id } b: segment(id: $id) { criteria } c: segment(id: $id) { description criteria } }`;
    const { criteria, description } = draft();
    for (let i = 0; i < 3; i++) {
      const { body } = await graphql(gateway, query, { id });
      expect(body.data).toEqual({ a: { id }, b: { criteria }, c: { description, criteria } });
    }
  });

  it('reads no page if only the total count is selected', async () => {
    for (let i = 0; i < 3; i++) {
      gateway.statements.length = 0;
      const { body } = await graphql(gateway, '{ segments(first: 100) { __typename totalCount } }');
      expect(body.data.segments).toEqual({ __typename: 'SegmentConnection', totalCount: 1 });
      expect(gateway.statements.filter(({ text }) => !text.includes('count('))).toEqual([]);
    }
  });

  it('is refused for invalid arguments of a page that is not read', async () => {
    const { body } = await graphql(gateway, '{ segments(first: 101) { totalCount } }');
    expect(body.errors).toMatchObject([{ path: ['segments'], extensions: { code: 'INVALID_INPUT' } }]);
  });

  it('checks that a segment exists even if no field of it is selected', async () => {
    const query =
      'query ($id: ID!) { a: segment(id: $id) { __typename } b: segment(id: "0000000000000000") { __typename } }';
    expect((await graphql(gateway, query, { id })).body.data).toEqual({
      a: { __typename: 'Segment' },
      b: null,
    });
  });
});

it('REST returns the whole representation, and has no parameter to choose parts of it', async () => {
  const { criteria, description } = draft();
  expect((await rest(gateway, `/${id}`)).body).toMatchObject({ criteria, description });
  for (const path of ['?texts=none', '?isRead=false', `/${id}?texts=none`]) {
    expect((await rest(gateway, path)).status).toBe(400);
  }
});
