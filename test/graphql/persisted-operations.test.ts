import { describe, expect, it } from 'vitest';
import { wrongOperations } from '../../src/graphql/limits/operation-check.ts';
import { schema } from '../../src/graphql/schema.ts';
import { initOf } from '../client.ts';
import { testGateway } from '../harness.ts';

const RESULT = 'application/graphql-response+json';

describe('a request without a text, to a gateway that runs texts,', () => {
  const gateway = testGateway();
  const send = async (body: object, accept: string) => {
    const sent = initOf(gateway, { method: 'POST', body, headers: { accept } });
    const response = await fetch(`${gateway.url}/graphql`, sent);
    const { errors } = await response.json();
    return { status: response.status, message: errors[0].message, code: errors[0].extensions.code };
  };

  it.each([
    ['a hash', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
    ['an id', { documentId: 'sha256:x' }],
    [
      'a hash and a null text',
      { query: null, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
    ],
  ])('but with %s is told to send the text', async (_, body) => {
    const told = { message: 'PersistedQueryNotSupported', code: 'PERSISTED_QUERY_NOT_SUPPORTED' };
    expect(await send(body, RESULT)).toEqual({ status: 400, ...told });
    expect(await send(body, 'application/json')).toEqual({ status: 200, ...told });
  });

  it.each([[{}], [{ variables: {} }], [{ extensions: {} }], [{ extensions: { persistedQuery: null } }]])(
    'and without an id is a bad request: %j',
    async (body) => {
      for (const accept of [RESULT, 'application/json']) {
        expect(await send(body, accept)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      }
    },
  );
});

describe('an operation of PERSISTED_OPERATIONS', () => {
  const many = (count: number, field: (i: number) => string) =>
    `{ ${Array.from({ length: count }, (_, i) => field(i)).join(' ')} }`;

  it.each([
    ['is cut short', '{', /Syntax Error/],
    ['is empty', '', /Syntax Error/],
    ['asks for an unknown field', '{ segmnts { nodes { id } } }', /"segmnts"/],
    ['lacks a fragment', 'query ($id: ID!) { node(id: $id) { ...f } }', /Unknown fragment "f"/],
    ['is a fragment', 'fragment f on Segment { id }', /fragment/i],
    ['is a subscription without events', 'subscription { __typename }', /Subscription/],
    ['is a conditional subscription', 'subscription { segmentEvents @skip(if: true) { id } }', /`@skip` or/],
    ['has too many aliases', many(51, (i) => `a${i}: __typename`), /50 aliases/],
    ['has too many tokens', many(2_000, () => '__typename'), /2,000 tokens/],
  ])('that %s is reported', (_, text, why) => {
    const operations = new Map([
      ['good', '{ __typename }'],
      ['live', 'subscription { segmentEvents { id } }'],
      ['id', text],
    ]);
    const found = wrongOperations(schema, operations);
    expect(found).toEqual([expect.stringMatching(why)]);
    expect(found[0]).toMatch(/^the operation "id" cannot run: [^\n]+$/);
  });
});
