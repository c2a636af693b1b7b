import { describe, expect, it } from 'vitest';
import { graphql, type Json } from '../client.ts';
import { testGateway } from '../harness.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const closed = testGateway({ introspection: false });
const router = testGateway({
  introspection: false,
  routerSecret: SECRET,
  persistedOperations: new Map([['known', '{ __typename }']]),
});

/** Every way to ask for the schema. */
const QUESTIONS = [
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Query") { name } }',
  '{ _service { sdl } }',
  '{ s: _service { text: sdl } }',
  '{ ...f } fragment f on Query { ...g } fragment g on Query { _service { sdl } }',
  '{ ... { _service { sdl } } }',
  '{ ... on Query @include(if: false) { _service @skip(if: true) { sdl } } }',
  'query ($no: Boolean = false) { __typename _service @include(if: $no) { sdl } }',
];

describe('INTROSPECTION=off', () => {
  it.each(QUESTIONS)('refuses %s before execution, however often it is sent', async (query) => {
    for (let i = 0; i < 3; i++) {
      const { body } = await graphql(closed, query);
      expect(Object.keys(body)).toEqual(['errors']);
      expect(body.errors[0]).toMatchObject({
        message: expect.stringContaining('introspection has been disabled'),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      });
    }
  });

  it('refuses introspection before it validates the rest of the document', async () => {
    const { body } = await graphql(closed, '{ __schema { nothing } nothing ...nothing }');
    expect(body.errors.map(({ message }: Json) => message)).toEqual([
      expect.stringContaining('introspection has been disabled'),
    ]);
  });

  it('refuses every operation without a token, because only the schema could be read without one', async () => {
    for (const query of [...QUESTIONS, '{ __typename }', '{ no syntax']) {
      const { status, body } = await graphql(closed, query, {}, { as: null });
      expect([status, body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('refuses introspection in a traced operation', async () => {
    const headers = { 'apollo-federation-include-trace': 'ftv1' };
    const { body } = await graphql(closed, '{ _service { sdl } }', {}, { headers });
    expect(body.data).toBeUndefined();
  });

  it('allows an alias with the name of a schema field', async () => {
    const { body } = await graphql(closed, '{ _service: __typename }');
    expect(body).toEqual({ data: { _service: 'Query' } });
  });
});

describe('a router', () => {
  const ask = (query: string) =>
    graphql(router, query, {}, { as: null, headers: { 'x-router-secret': SECRET } });

  it.each(['{ __schema { queryType { name } } }', '{ _service { sdl } }'])(
    'with its secret may send %s although introspection is off',
    async (query) => {
      const { body } = await ask(query);
      expect([body.errors, Object.keys(body.data)]).toEqual([undefined, [expect.stringMatching(/^_/)]]);
    },
  );

  it('with its secret may send any text although others may send only persisted operations', async () => {
    const query =
      '{ _entities(representations: [{ __typename: "Segment", id: "x" }]) { ... on Segment { name } } }';
    const headers = { 'x-router-secret': SECRET, 'x-account-id': 'ada', 'x-account-scopes': 'segments:read' };
    const { body } = await graphql(router, query, {}, { as: null, headers });
    expect(body).toEqual({ data: { _entities: [null] } });
  });

  it('with its secret may send a persisted operation by its id', async () => {
    const answer = await fetch(`${router.url}/graphql?documentId=sha256:known`, {
      headers: { 'x-router-secret': SECRET },
    });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('with a wrong secret is refused, even with a valid token', async () => {
    const { status } = await graphql(
      router,
      '{ _service { sdl } }',
      {},
      { headers: { 'x-router-secret': 'x' } },
    );
    expect(status).toBe(403);
  });
});
