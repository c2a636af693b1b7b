import { describe, expect, it } from 'vitest';
import { wrongOperations } from '../../src/graphql/operation-check.ts';
import { schema } from '../../src/graphql/schema.ts';
import { initOf } from '../client.ts';
import { testGateway } from '../harness.ts';

const RESULT = 'application/graphql-response+json';

describe('a request without a text, where texts are sent', () => {
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
    ['a hash and null', { query: null, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
  ])('but with %s is told to send the text', async (_, body) => {
    const told = { message: 'PersistedQueryNotSupported', code: 'PERSISTED_QUERY_NOT_SUPPORTED' };
    expect(await send(body, RESULT)).toEqual({ status: 400, ...told });
    expect(await send(body, 'application/json')).toEqual({ status: 200, ...told });
  });

  it.each([[{}], [{ variables: {} }], [{ extensions: {} }], [{ extensions: { persistedQuery: null } }]])(
    'and without an id is no GraphQL request: %j',
    async (body) => {
      for (const accept of [RESULT, 'application/json']) {
        expect(await send(body, accept)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      }
    },
  );
});

describe('an operation of PERSISTED_OPERATIONS', () => {
  it.each([
    ['{', /^the operation "id" cannot run: Syntax Error/],
    ['{ segmnts { nodes { id } } }', /"segmnts"/],
    ['query ($id: ID!) { node(id: $id) { ...f } }', /Unknown fragment "f"/],
    ['fragment f on Segment { id }', /./],
    ['', /Syntax Error/],
    ['subscription { __typename }', /./],
    [`{ ${Array.from({ length: 51 }, (_, i) => `a${i}: __typename`).join(' ')} }`, /50 aliases/],
    [`{ ${'__typename '.repeat(2_000)} }`, /2,000 tokens/],
  ])('that could never run is found at start: %s', (text, why) => {
    const found = wrongOperations(
      schema,
      new Map([
        ['good', '{ __typename }'],
        ['id', text],
      ]),
    );
    expect(found).toEqual([expect.stringMatching(why)]);
    expect(found[0]).toMatch(/^the operation "id" cannot run: [^\n]+$/);
  });
});
