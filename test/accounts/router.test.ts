import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const gateway = testGateway({ routerSecret: SECRET });
const READ = 'query ($id: ID!) { segment(id: $id) { id } }';
const secret = { 'x-router-secret': SECRET };
const ada = { 'x-account-id': 'ada', 'x-account-scopes': 'segments:read segments:write' };

/** Sends a GraphQL query with these headers and without a token. */
const ask = async (headers: Record<string, string>, id = 'x', query = READ) =>
  graphql(gateway, query, { id }, { as: null, headers });

describe('GraphQL behind a router', () => {
  it.each([
    ['a request without headers', {}],
    ['a wrong secret', { 'x-router-secret': `${SECRET.slice(1)}0` }],
    ['an empty secret', { 'x-router-secret': '' }],
    ['an account without the secret', ada],
  ])('refuses %s, whatever the query', async (_, headers) => {
    for (const query of [READ, '{ _service { sdl } }', '{ __typename }']) {
      const { status, body } = await ask(headers, 'x', query);
      expect(status).toBe(403);
      expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  it('refuses a valid token without the secret', async () => {
    expect((await graphql(gateway, READ, { id: 'x' })).status).toBe(403);
  });

  it('gives the router the schema', async () => {
    const { body } = await ask(secret, 'x', '{ _service { sdl } }');
    expect(body.data._service.sdl).toContain('type Segment');
  });

  it('serves the account that the router names', async () => {
    const { id } = await createSegment(draft(), gateway.context('ada'));
    expect((await ask({ ...secret, ...ada }, id)).body).toEqual({ data: { segment: { id } } });
    const bob = { ...ada, 'x-account-id': 'bob' };
    expect((await ask({ ...secret, ...bob }, id)).body).toEqual({ data: { segment: null } });
  });

  it('limits the account to the scopes that the router names', async () => {
    const headers = { ...secret, ...ada, 'x-account-scopes': 'segments:write' };
    expect((await ask(headers)).body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it.each(['', 'ada bob', 'a'.repeat(65)])(
    'treats the account name %j as unauthenticated',
    async (account) => {
      const { body } = await ask({ ...secret, ...ada, 'x-account-id': account });
      expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    },
  );

  it('uses the token instead if the router forwards one', async () => {
    const headers = { ...secret, ...gateway.authorization('bob'), ...ada };
    const { id } = await createSegment(draft(), gateway.context('ada'));
    expect((await ask(headers, id)).body).toEqual({ data: { segment: null } });
    const bad = { ...secret, ...ada, authorization: 'Bearer bad' };
    expect((await ask(bad, id)).body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('does not change REST, which takes tokens and ignores the headers of the router', async () => {
    expect((await rest(gateway)).status).toBe(200);
    expect((await rest(gateway, '', { as: null, headers: { ...secret, ...ada } })).status).toBe(401);
  });
});

describe('GraphQL without a router', () => {
  const open = testGateway();

  it('ignores the headers of a router', async () => {
    const { body } = await graphql(open, READ, { id: 'x' }, { as: null, headers: { ...secret, ...ada } });
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});
