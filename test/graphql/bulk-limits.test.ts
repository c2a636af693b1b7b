import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MAX_RESPONSE } from '../../src/errors/refusals.ts';
import { costOf } from '../../src/graphql/limits/cost.ts';
import { schema } from '../../src/graphql/schema.ts';
import { graphql, initOf } from '../client.ts';
import { draft, eventHead, testGateway } from '../harness.ts';

const gateway = testGateway();
const CREATE = (selection: string) =>
  `mutation ($input: CreateSegmentsInput!) { createSegments(input: $input) { ${selection} } }`;
const inputOf = (count: number, given: object = {}) => ({
  segments: Array.from({ length: count }, () => ({ ...draft(), ...given })),
});

describe('the cost of a bulk write', () => {
  const cost = (text: string, variables = {}) => costOf(schema, parse(text))(variables).points;
  const entry = '{ name: "n", criteria: "c", description: "" }';
  const deletion = (segments: string) =>
    `mutation ($s: [SegmentDeletion!]!) { deleteSegments(input: { segments: ${segments} }) { __typename } }`;
  const twenty = Array.from({ length: 20 }, (_, i) => `a${i}: id`).join(' ');

  it.each([
    [`mutation { createSegments(input: { segments: [${entry}, ${entry}, ${entry}] }) { __typename } }`, 3],
    [`mutation { createSegments(input: { segments: ${entry} }) { __typename } }`, 1],
    [
      `mutation { createSegments(input: { segments: [${entry}, ${entry}] }) { ... on CreateSegmentsPayload { segments { id } } } }`,
      2,
    ],
    [
      `mutation { createSegments(input: { segments: [${entry}, ${entry}] }) { ... on CreateSegmentsPayload { segments { name ${twenty} } } } }`,
      4,
    ],
    [
      `mutation { createSegments(input: { segments: [${entry}, ${entry}] }) { ... on CreateSegmentsPayload { results { __typename } segments { id } } ... on SegmentInvalidInput { issues { param } } } }`,
      2,
    ],
    [deletion('$s'), 1],
  ])('of %s is %d', (text, expected) => expect(cost(text)).toBe(expected));

  it('depends on the number of entries in variables', () => {
    expect(cost(CREATE('__typename'), { input: inputOf(1_000) })).toBe(1_000);
    expect(cost(deletion('$s'), { s: [{ id: 'a' }, { id: 'b' }] })).toBe(2);
    for (const input of [undefined, null, 1, 'x', [], { segments: 7 }, { segments: { length: 99 } }]) {
      expect(cost(CREATE('__typename'), { input })).toBe(1);
    }
  });
});

describe('an answer of a bulk write', () => {
  const ERRORS = '... on SegmentError { message } ... on SegmentInvalidInput { issues { param message } }';
  const ALL = `__typename ${ERRORS} ... on CreateSegmentsPayload {
    segments { id version }
    results { __typename ${ERRORS} ... on SegmentQuotaExceeded { limit } ... on CreateSegmentPayload { segment { id name version createdAt } } } }`;

  it('can have the result of each of a thousand entries, with its errors', async () => {
    const { body } = await graphql(gateway, CREATE(ALL), {
      input: { mode: 'EACH_ALONE', ...inputOf(1_000) },
    });
    expect(body.data.createSegments.results).toHaveLength(1_000);
  });

  it('is small enough even if every entry is as wrong as can be', async () => {
    const wrong = { name: '\u0000'.repeat(20), criteria: ' '.repeat(20), description: '\u0000' };
    const input = { mode: 'EACH_ALONE', ...inputOf(1_000, wrong) };
    const init = initOf(gateway, { method: 'POST', body: { query: CREATE(ALL), variables: { input } } });
    const text = await (await fetch(`${gateway.url}/graphql`, init)).text();
    expect(JSON.parse(text).data.createSegments.results[999].issues).toHaveLength(3);
    expect(text.length).toBeLessThan(MAX_RESPONSE / 4);
  });

  it('that could be too large is refused before anything is written', async () => {
    const before = await eventHead(gateway, 'ada');
    const selection = '... on CreateSegmentsPayload { segments { criteria description } }';
    const { body } = await graphql(gateway, CREATE(selection), { input: inputOf(1_000) });
    expect(body.errors).toMatchObject([{ extensions: { code: 'RESPONSE_TOO_LARGE' } }]);
    expect(await eventHead(gateway, 'ada')).toBe(before);
    const { body: fewer } = await graphql(gateway, CREATE(selection), { input: inputOf(100) });
    expect(fewer.data.createSegments.segments).toHaveLength(100);
  });
});

describe('a long request', () => {
  const post = (body: string, as: 'ada' | null = 'ada', headers: object = {}) =>
    fetch(`${gateway.url}/graphql`, {
      ...initOf(gateway, {
        method: 'POST',
        body,
        as,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    });
  const MIB = 1024 * 1024;
  const bodyOf = (bytes: number) => {
    const empty = JSON.stringify({
      query: CREATE('__typename'),
      variables: { input: inputOf(1_000, { criteria: 'x' }) },
    });
    const each = Math.floor((bytes - empty.length) / 1_000);
    const full = {
      query: CREATE('__typename'),
      variables: { input: inputOf(1_000, { criteria: 'x'.repeat(each + 1) }) },
    };
    return JSON.stringify(full).padEnd(bytes);
  };

  it('of 1 MiB creates a thousand segments of a thousand bytes', async () => {
    const answer = await post(bodyOf(MIB));
    expect(await answer.json()).toEqual({
      data: { createSegments: { __typename: 'CreateSegmentsPayload' } },
    });
  });

  it('of more than 1 MiB is refused', async () => {
    const answer = await post(bodyOf(MIB + 1));
    expect([answer.status, await answer.text()]).toEqual([
      413,
      expect.stringContaining('at most 1,048,576 bytes'),
    ]);
  });

  it('needs a token, and a Content-Length', async () => {
    expect((await post(bodyOf(MIB), null)).status).toBe(413);
    const stream = new Blob([bodyOf(MIB)]).stream();
    const chunked = {
      ...initOf(gateway, { method: 'POST', headers: { 'content-type': 'application/json' } }),
      body: stream,
      duplex: 'half',
    };
    expect((await fetch(`${gateway.url}/graphql`, chunked)).status).toBe(413);
  });

  it.each([
    [
      'many values',
      JSON.stringify({
        query: CREATE('__typename'),
        variables: { x: Array.from({ length: 40_000 }, () => 1) },
      }),
      'at most 32,768 values',
    ],
    ['many brackets', '['.repeat(100_000), 'at most 32,768 values'],
    [
      'a long document',
      JSON.stringify({ query: `${CREATE('__typename')}#${'x'.repeat(70_000)}`, variables: {} }),
      'A text in a request body',
    ],
    [
      'a long extension',
      JSON.stringify({
        query: '{ __typename }',
        variables: {},
        extensions: { x: 'x'.repeat(40_000), y: 'y'.repeat(40_000) },
      }),
      'Without its variables',
    ],
    [
      'no variables',
      JSON.stringify({ query: 'x'.repeat(40_000), operationName: 'x'.repeat(40_000) }),
      'Without its variables',
    ],
  ])('with %s is refused', async (_, body, words) => {
    const answer = await post(body);
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining(words)]);
  });

  it.each(['x', '{"x', '"\\'].map((end) => ' '.repeat(70_000) + end))(
    'that is not JSON is refused',
    async (body) => {
      expect((await post(body)).status).toBe(400);
    },
  );
});
