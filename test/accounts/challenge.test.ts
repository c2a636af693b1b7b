import { beforeAll, describe, expect, it } from 'vitest';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const gateway = testGateway();
const BARE = 'Bearer realm="segments"';
const INVALID = `${BARE}, error="invalid_token", error_description="The token is malformed, unknown, expired or revoked"`;

const tokens = { unknown: `Bearer ${'x'.repeat(40)}`, expired: '', revoked: '' };
beforeAll(async () => {
  const make = (expiresAt: Date | null) =>
    gateway.tokens.create({ accountId: 'ada', name: 'n', scopes: ['segments:read'], expiresAt });
  tokens.expired = `Bearer ${(await make(new Date(Date.now() - 1_000))).token}`;
  const { id, token } = await make(null);
  await gateway.tokens.revoke(id);
  tokens.revoked = `Bearer ${token}`;
});

const overRest = (authorization?: string) =>
  rest(gateway, '', {
    as: null,
    headers: { 'x-request-id': 'same', ...(authorization !== undefined && { authorization }) },
  });
const overGraphql = (authorization?: string) =>
  graphql(
    gateway,
    '{ segments { totalCount } }',
    {},
    {
      as: null,
      headers: { 'x-request-id': 'same', ...(authorization !== undefined && { authorization }) },
    },
  );

describe.each([
  ['REST', overRest],
  ['GraphQL', overGraphql],
])('a 401 over %s', (_, ask) => {
  it.each([
    ['no Authorization header', undefined, BARE],
    ['an empty Authorization header', '', BARE],
    ['another scheme', 'Basic YTpi', BARE],
    ['a token without a scheme', 'x'.repeat(40), BARE],
    ['a scheme that starts with Bearer', `Bearerx ${'x'.repeat(40)}`, BARE],
    ['no token after the scheme', 'Bearer', INVALID],
    ['two tokens', `Bearer ${'x'.repeat(40)} ${'y'.repeat(40)}`, INVALID],
    ['a lowercase scheme', `bearer ${'x'.repeat(40)}`, INVALID],
    ['a mistyped token', 'Bearer sgw_0000000000000000000000000000000000000', INVALID],
    ['an unsigned JWT', 'Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x', INVALID],
  ])('challenges a request with %s', async (__, authorization, challenge) => {
    const { status, headers } = await ask(authorization);
    expect([status, headers.get('www-authenticate')]).toEqual([401, challenge]);
  });

  it('is the same for unknown, expired and revoked tokens, byte for byte', async () => {
    const answers = await Promise.all(
      Object.values(tokens).map(async (authorization) => {
        const { status, headers, body } = await ask(authorization);
        const { date: _date, ...others } = Object.fromEntries(headers);
        return { status, headers: others, body };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 401, headers: { 'www-authenticate': INVALID } });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe('a 403', () => {
  it.each([
    ['reader', 'POST', 'segments:write'],
    ['writer', 'GET', 'segments:read'],
  ] as const)('tells a %s which scope %s needs', async (as, method, scope) => {
    const body = method === 'POST' ? { body: draft() } : {};
    const { status, headers } = await rest(gateway, '', { method, as, ...body });
    expect([status, headers.get('www-authenticate')]).toEqual([
      403,
      `${BARE}, error="insufficient_scope", scope="${scope}"`,
    ]);
  });

  it('of a single GraphQL field has no challenge, because the response is a 200', async () => {
    const { status, headers, body } = await graphql(
      gateway,
      '{ segments { totalCount } }',
      {},
      { as: 'writer' },
    );
    expect([status, headers.get('www-authenticate')]).toEqual([200, null]);
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  });
});

it('a request with a valid token is not challenged', async () => {
  expect((await rest(gateway)).headers.get('www-authenticate')).toBeNull();
  expect((await rest(gateway, '/nope')).headers.get('www-authenticate')).toBeNull();
});
