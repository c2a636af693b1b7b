import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const gateway = testGateway({ routerSecret: SECRET });
const READ = 'query ($id: ID!) { segment(id: $id) { id } }';
const secret = { 'x-router-secret': SECRET };
const ada = { 'x-account-id': 'ada', 'x-account-scopes': 'segments:read segments:write' };

/** What GraphQL says to headers alone. */
const asked = async (headers: Record<string, string>, id = 'x', query = READ) =>
  graphql(gateway, query, { id }, { as: null, headers });

describe('GraphQL behind a router', () => {
  it.each([
    ['nobody', {}],
    ['a wrong secret', { 'x-router-secret': `${SECRET.slice(1)}0` }],
    ['an empty secret', { 'x-router-secret': '' }],
    ['an account without the secret', ada],
  ])('is closed to %s, whatever is asked', async (_, headers) => {
    for (const query of [READ, '{ _service { sdl } }', '{ __typename }']) {
      const { status, body } = await asked(headers, 'x', query);
      expect(status).toBe(403);
      expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  it('is closed to a good token without the secret', async () => {
    expect((await graphql(gateway, READ, { id: 'x' })).status).toBe(403);
  });

  it('gives the schema to the router', async () => {
    const { body } = await asked(secret, 'x', '{ _service { sdl } }');
    expect(body.data._service.sdl).toContain('type Segment');
  });

  it('serves whom the router names', async () => {
    const { id } = await createSegment(draft(), gateway.context('ada'));
    expect((await asked({ ...secret, ...ada }, id)).body).toEqual({ data: { segment: { id } } });
    const bob = { ...ada, 'x-account-id': 'bob' };
    expect((await asked({ ...secret, ...bob }, id)).body).toEqual({ data: { segment: null } });
  });

  it('lets an account do what the router says it may', async () => {
    const headers = { ...secret, ...ada, 'x-account-scopes': 'segments:write' };
    expect((await asked(headers)).body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it.each(['', 'ada bob', 'a'.repeat(65)])('takes %j for nobody', async (account) => {
    const { body } = await asked({ ...secret, ...ada, 'x-account-id': account });
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('goes by the token, where the router passes one on', async () => {
    const headers = { ...secret, ...gateway.authorization('bob'), ...ada };
    const { id } = await createSegment(draft(), gateway.context('ada'));
    expect((await asked(headers, id)).body).toEqual({ data: { segment: null } });
    const bad = { ...secret, ...ada, authorization: 'Bearer bad' };
    expect((await asked(bad, id)).body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  it('leaves REST to those who have a token, and believes no headers there', async () => {
    expect((await rest(gateway)).status).toBe(200);
    expect((await rest(gateway, '', { as: null, headers: { ...secret, ...ada } })).status).toBe(401);
  });
});

describe('GraphQL before everybody', () => {
  const open = testGateway();

  it('believes no headers', async () => {
    const { body } = await graphql(open, READ, { id: 'x' }, { as: null, headers: { ...secret, ...ada } });
    expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});
