import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, initOf } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway({ rateLimit: { points: 1_000_000, store: 'memory' } });
let id: string;

beforeAll(async () => {
  ({ id } = await createSegment(draft({ name: 'a' }), gateway.context()));
});

type Sent = { query: string; variables?: object; [parameter: string]: unknown };

/** Sends the same request four times. From the third time on, its operation is known. */
async function fourTimes(body: Sent | string) {
  const answers = [];
  for (let i = 0; i < 4; i++) {
    const headers = { 'content-type': 'application/json' };
    const sent = { method: 'POST', body, headers };
    const response = await fetch(`${gateway.url}/graphql`, initOf(gateway, sent));
    const left = Number(/r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    answers.push({ status: response.status, text: await response.text(), left });
  }
  return answers;
}

/** Requests whose answers changed when their operations were compiled by graphql-jit 0.8.9. */
const CHANGED: [string, (id: string) => Sent | string][] = [
  [
    'a missing variable in an input object',
    (id) => ({
      query: `mutation ($i: ID!, $n: String, $d: String) {
        updateSegment(input: { id: $i, name: $n, description: $d }) { __typename } }`,
      variables: { i: id, d: 'a description' },
    }),
  ],
  [
    'a default of a custom scalar',
    () => ({
      query: `query ($t: DateTime = "2026-01-01T00:00:00Z", $f: SegmentTimeFilter = { gte: "2026-01-01T00:00:00Z" }) {
        segments(filter: { createdAt: $f, updatedAt: { gte: $t } }) { totalCount } }`,
    }),
  ],
  [
    'a fragment that is spread under a condition and without one',
    () => ({
      query: `query ($b: Boolean!) { segments { ...P @skip(if: $b) ...P } }
        fragment P on SegmentConnection { totalCount }`,
      variables: { b: true },
    }),
  ],
  [
    'a literal condition',
    () => ({ query: '{ ...Q @skip(if: true) ...Q } fragment Q on Query { __typename }' }),
  ],
  [
    'conditions on fields that are merged',
    (id) => ({
      query: `query ($b: Boolean!) { s: segment(id: "${id}") { version }
        s: segment(id: "${id}") @skip(if: $b) { ...F } } fragment F on Segment { criteria }`,
      variables: { b: true },
    }),
  ],
  [
    'a condition that is null',
    () => ({
      query: 'query ($i: Boolean = true) { segments { nodes @include(if: $i) { __typename } } }',
      variables: { i: null },
    }),
  ],
  [
    'a variable within a literal of a custom scalar',
    (id) => ({
      query: `query ($i: ID!) { _entities(representations: [{ __typename: "Segment", id: $i }]) {
        ... on Segment { name } } }`,
      variables: { i: id },
    }),
  ],
  [
    'a variable whose name is a condition in another operation',
    () => ({
      query: `query A($a: SegmentFilter = {}) { segments(filter: $a) { totalCount } }
        query B($a: Boolean!) { __typename @skip(if: $a) }`,
      operationName: 'A',
    }),
  ],
  ['an empty operation name', () => ({ query: 'query A { __typename }', operationName: '' })],
  ['the alias __proto__', (id) => ({ query: `{ segment(id: "${id}") { __proto__: name id } }` })],
  [
    'a variable named __proto__',
    (id) =>
      `{"query":"query ($__proto__: ID!) { segment(id: $__proto__) { name } }","variables":{"__proto__":"${id}"}}`,
  ],
  [
    'a refused argument, whose error has a location',
    () => ({ query: 'query ($f: Int) { segments(first: $f) { nodes { id } } }', variables: { f: 0 } }),
  ],
  [
    'a variable of the wrong type',
    () => ({ query: 'query ($f: Int) { segments(first: $f) { edges { cursor } } }', variables: { f: 'x' } }),
  ],
];

/** Errors that lost their locations then. */
const UNLOCATED: [string, string, object, { line: number; column: number }][] = [
  [
    'a refused argument',
    'query ($f: Int) { segments(first: $f) { totalCount } }',
    { f: 0 },
    { line: 1, column: 19 },
  ],
  [
    'a variable of the wrong type',
    'query ($f: Int) { segments(first: $f) { totalCount } }',
    { f: 'x' },
    { line: 1, column: 8 },
  ],
  [
    'a condition that is null',
    'query ($i: Boolean = true) { segments { totalCount @skip(if: $i) } }',
    { i: null },
    { line: 1, column: 62 },
  ],
];

describe('an operation that repeats', () => {
  it.each(CHANGED)('is answered and charged the same each time: %s', async (_, request) => {
    const [first, ...later] = await fourTimes(request(id));
    expect(first?.text).not.toContain('INTERNAL');
    for (const [i, { status, text, left }] of later.entries()) {
      expect([status, text]).toEqual([first?.status, first?.text]);
      if (i > 0) expect((later[i - 1]?.left ?? 0) - left).toBe((first?.left ?? 0) - (later[0]?.left ?? 0));
    }
  });

  it.each(UNLOCATED)('reports the location of an error: %s', async (_, query, variables, location) => {
    for (const { text } of await fourTimes({ query, variables })) {
      expect(JSON.parse(text).errors[0].locations).toEqual([location]);
    }
  });

  it('uses the variables of each request', async () => {
    const query = 'query Q($id: ID!) { segment(id: $id) { name } }';
    for (const [given, segment] of [
      [id, { name: 'a' }],
      ['x', null],
      [id, { name: 'a' }],
      ['x', null],
    ]) {
      expect((await graphql(gateway, query, { id: given })).body).toEqual({ data: { segment } });
    }
  });

  it('follows the conditions of each request', async () => {
    const query =
      'query ($a: Boolean!, $b: Boolean!) { x: __typename @include(if: $a) y: __typename @skip(if: $b) }';
    for (let i = 0; i < 3; i++) {
      for (const [a, b] of [
        [true, true],
        [true, false],
        [false, true],
        [false, false],
      ]) {
        const { body } = await graphql(gateway, query, { a, b });
        expect(Object.keys(body.data)).toEqual([...(a ? ['x'] : []), ...(b ? [] : ['y'])]);
      }
    }
  });
});
