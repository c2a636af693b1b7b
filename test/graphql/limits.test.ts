import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/graphql/limits/cost.ts';
import { schema } from '../../src/graphql/schema.ts';
import { graphql } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');
const typename = (i: number) => `a${i}: __typename`;

/** What a hostile document has too many of, the code of its error, the document, and words of the message. */
const HOSTILE: [string, string, string, string][] = [
  [
    'levels of fields',
    'DEPTH_LIMIT',
    `{ ${'segments { nodes { '.repeat(6)}id${' } }'.repeat(6)} }`,
    '10 levels of fields',
  ],
  ['aliases', 'ALIAS_LIMIT', `{ ${times(51, typename)} }`, '50 aliases'],
  ['directives', 'DIRECTIVE_LIMIT', `{ __typename ${'@skip(if: false) '.repeat(31)} }`, '30 directives'],
  ['fields of Query', 'ROOT_FIELD_LIMIT', `{ ${'__typename '.repeat(51)} }`, '50 fields of Query'],
  ['fields of Mutation', 'ROOT_FIELD_LIMIT', `mutation { ${times(11, typename)} }`, '10 fields of Mutation'],
  [
    'fields',
    'FIELD_LIMIT',
    `{ segments { ${'...f '.repeat(51)} } } fragment f on SegmentConnection { ${'totalCount '.repeat(20)} }`,
    '1,000 fields',
  ],
  [
    'aliases in introspection',
    'INTROSPECTION_LIMIT',
    `{ ${times(11, (i) => `a${i}: __type(name: "Segment") { name }`)} }`,
    '10 aliases in introspection',
  ],
  [
    'lists in introspection',
    'INTROSPECTION_LIMIT',
    `fragment t on __Type { fields { args { name } } interfaces { name } } { __schema { ${times(5, (i) => `a${i}: types { ...t }`)} } }`,
    '12 lists in introspection',
  ],
  ['tokens', 'TOKEN_LIMIT', `{ ${'__typename '.repeat(2_000)} }`, '2,000 tokens'],
  ['lines', 'LINE_LIMIT', `{${'\n'.repeat(2_000)} __typename }`, '2,000 lines'],
  [
    'objects',
    'COST_LIMIT',
    `{ ${times(50, (i) => `a${i}: segments(first: 100) { nodes { id } }`)} n: nodes(ids: [${'"x" '.repeat(900)}]) { id } }`,
    '10,000 objects',
  ],
];

describe('an operation', () => {
  it.each(HOSTILE.slice(0, 10))('may not have too many %s', async (_, code, query, words) => {
    const { status, body } = await graphql(gateway, query);
    expect(status).toBe(200); // in application/json, a refused operation is a 200
    expect(body.data).toBeUndefined();
    expect(body.errors[0]).toMatchObject({ extensions: { code }, message: expect.stringContaining(words) });
  });

  it.each(HOSTILE.slice(0, 10))(
    'with too many %s gets a 400 in application/graphql-response+json',
    async (_, __, query) => {
      const headers = { accept: 'application/graphql-response+json' };
      expect((await graphql(gateway, query, {}, { headers })).status).toBe(400);
    },
  );

  it('may not request too many objects by its variables, however often it is sent', async () => {
    const text = `query ($n: Int!) { ${times(50, (i) => `a${i}: segments(first: $n) { nodes { id } }`)}}`;
    const more = `query ($ids: [ID!]!) { ${times(11, (i) => `a${i}: nodes(ids: $ids) { id }`)}}`;
    for (let i = 0; i < 3; i++) {
      expect((await graphql(gateway, text, { n: 1 })).body.errors).toBeUndefined();
      expect((await graphql(gateway, text, { n: 100 })).body.errors).toBeUndefined();
      expect((await graphql(gateway, more, { ids: ['x'] })).body.errors).toBeUndefined();
      const { body } = await graphql(gateway, more, { ids: Array.from({ length: 950 }, () => 'x') });
      expect(body.errors).toMatchObject([
        {
          message:
            'An operation can request at most 10,000 objects; this one could return 10,450. An object counts once for every 20 fields.',
          extensions: { code: 'COST_LIMIT' },
        },
      ]);
    }
  });

  it.each([
    ['a fragment', `query { ...f } fragment f on Query { ${times(51, typename)} }`],
    ['an inline fragment', `{ ... { ${times(51, typename)} } }`],
  ])('cannot hide aliases in %s', async (_, query) => {
    const { body } = await graphql(gateway, query);
    expect(body.errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toContain(
      'ALIAS_LIMIT',
    );
  });

  // It takes about 5 ms. Expanding the bomb would take minutes.
  it('is refused before it uses much CPU time, even if its fragments expand exponentially', async () => {
    const bomb = `{ ...f0 } ${times(25, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f25 on Query { __typename }`;
    for (const query of [bomb, ...HOSTILE.map(([, , text]) => text)]) {
      await graphql(gateway, '{ __typename }');
      const cpu = process.cpuUsage();
      const { body } = await graphql(gateway, query);
      const { user, system } = process.cpuUsage(cpu); // including the client
      expect(body.errors).toBeDefined();
      expect((user + system) / 1_000, query.slice(0, 60)).toBeLessThan(2_000);
    }
  });

  it('with a fragment that contains itself is refused', async () => {
    const { body } = await graphql(
      gateway,
      '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    );
    expect(body.errors[0].message).toMatch(/itself/);
  });

  it('gets a short answer for a variable with many errors', async () => {
    const query = 'query ($f: SegmentFilter) { segments(filter: $f) { totalCount } }';
    const f = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`unknown${i}`, 1]));
    for (let i = 0; i < 3; i++) {
      const { body } = await graphql(gateway, query, { f });
      expect(body.errors).toHaveLength(6); // the last one says that there are more
      expect(JSON.stringify(body).length).toBeLessThan(10_000);
    }
  });

  it('gets at most five errors', async () => {
    const { body } = await graphql(gateway, `{ ${times(40, (i) => `no${i}`)} }`);
    expect(body.errors).toHaveLength(5);
  });
});

describe('the cost', () => {
  const cost = (text: string, variables = {}) => costOf(schema, parse(text))(variables).points;

  it.each([
    ['{ __typename }', 1],
    ['{ segment(id: "x") { id } }', 1],
    ['{ segments { nodes { id } } }', 10],
    ['{ segments(first: 5) { nodes { id } } }', 5],
    ['{ segments(last: 7) { edges { node { id } } } }', 7],
    ['{ segments(first: -1) { nodes { id } } }', 10],
    ['{ segments(first: 99999999999) { nodes { id } } }', 99_999_999_999],
    ['{ nodes(ids: ["a", "b"]) { id } }', 2],
    [
      '{ a: segment(id: "x") { id } ... on Query { segments(first: 3) { nodes { id } } } ...f } fragment f on Query { b: segments(first: 4) { nodes { id } } }',
      8,
    ],
    ['mutation { createSegment(input: { name: "n", criteria: "c", description: "" }) { __typename } }', 1],
    // A page with all of its fields, and then with more.
    [
      '{ segments { edges { cursor __typename node { __typename id name criteria description createdAt updatedAt version } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor __typename } totalCount __typename } }',
      10,
    ],
    [`{ segments { nodes { ${times(20, (i) => `a${i}: id`)} } } }`, 10],
    [`{ segments { nodes { ${times(21, (i) => `a${i}: id`)} } } }`, 20],
    [`{ segments { nodes { ${times(41, () => 'id')} } } }`, 10],
    [`{ segment(id: "x") { ${times(50, (i) => `a${i}: id`)} } }`, 3],
    [`{ segments { pageInfo { ${times(50, (i) => `a${i}: endCursor`)} } nodes { id } } }`, 10],
  ])('of %s is %d', (text, expected) => expect(cost(text)).toBe(expected));

  it('depends on variables, or their defaults', () => {
    const text =
      'query ($n: Int = 20, $r: [_Any!]!) { segments(first: $n) { nodes { id } } _entities(representations: $r) { __typename } }';
    expect(cost(text, { r: [{}, {}] })).toBe(22);
    expect(cost(text, { n: 3, r: [] })).toBe(3);
    expect(cost(text, { n: null, r: 'x' })).toBe(11);
    expect(cost(text, { n: { toString: [] }, r: { length: -5 } })).toBe(11); // which cannot be converted to numbers
  });
});

describe('INTROSPECTION=off', () => {
  const closed = testGateway({ introspection: false });
  const messagesOf = async (query: string, variables = {}) =>
    (await graphql(closed, query, variables)).body.errors
      .map(({ message }: { message: string }) => message)
      .join('\n');

  it.each([
    ['a misspelt field', '{ segmnt }'],
    ['a misspelt field of an object', '{ segments { nodes { nme } } }'],
    ['a misspelt argument', '{ segments(frst: 1) { nodes { id } } }'],
    ['a misspelt type', '{ node(id: "x") { ... on Segmnt { id } } }'],
    ['a misspelt enum value', '{ segments(orderBy: { field: NAM, direction: ASC }) { nodes { id } } }'],
    ['a missing selection', '{ segments }'],
    ['a field that an interface lacks', '{ node(id: "x") { name } }'],
  ])('suggests nothing for %s', async (_, query) => {
    expect(await messagesOf(query)).not.toMatch(/did you mean/i);
    expect((await graphql(gateway, query)).body.errors[0].message).toMatch(/did you mean/i);
  });

  it('suggests nothing for a misspelt variable, however often the document was sent', async () => {
    const query = 'query ($o: SegmentOrder) { segments(orderBy: $o) { nodes { id } } }';
    await graphql(closed, query, {});
    await graphql(closed, query, {});
    for (const o of [
      { field: 'NAM', direction: 'ASC' },
      { feild: 'NAME', direction: 'ASC' },
    ]) {
      expect(await messagesOf(query, { o })).not.toMatch(/did you mean/i);
    }
  });
});

describe('PERSISTED_OPERATIONS', () => {
  const persisted = testGateway({
    persistedOperations: new Map([
      ['list', '{ segments { nodes { name } } }'],
      ['create', 'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }'],
    ]),
  });
  const send = async (body: object) => {
    const headers = { ...persisted.authorization('ada'), 'content-type': 'application/json' };
    const answer = await fetch(`${persisted.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const { data, errors } = await answer.json();
    return { status: answer.status, data, code: errors?.[0].extensions.code };
  };

  it('runs a persisted operation by its id, as often as it is sent', async () => {
    const input = draft({ name: 'High Spend Customers' });
    expect((await send({ documentId: 'create', variables: { input } })).data).toBeDefined();
    for (const body of [
      { documentId: 'list' },
      { documentId: 'sha256:list' },
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'list' } } },
    ]) {
      expect((await send(body)).data).toEqual({ segments: { nodes: [{ name: 'High Spend Customers' }] } });
    }
  });

  it.each([
    ['a text', { query: '{ segments { nodes { name } } }' }, 403, 'PERSISTED_QUERY_ONLY'],
    ['an unknown id', { documentId: 'nope' }, 404, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'an unknown id with a text',
      { documentId: 'nope', query: '{ __typename }' },
      404,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    [
      'an id named like a property of every object',
      { documentId: '__proto__' },
      404,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    ['an id that is a number', { documentId: 1 }, 403, 'PERSISTED_QUERY_ONLY'],
    ['an empty request', {}, 403, 'PERSISTED_QUERY_ONLY'],
  ])('does not run %s', async (_, body, status, code) => {
    expect(await send(body)).toMatchObject({ status, code });
  });

  it('runs the persisted text and not one that is sent with its id', async () => {
    expect((await send({ documentId: 'list', query: '{ __typename }' })).data).toHaveProperty('segments');
  });
});
