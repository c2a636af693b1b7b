import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { graphql, rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';

const ISSUER = 'https://id.example.com/';
const AUDIENCE = 'segments';
const jwt = { jwksUrl: 'filled in below', issuer: ISSUER, audience: AUDIENCE, accountClaim: 'account_id' };
let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let others: typeof keys;
let issuer: Server;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  others = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }] });
  issuer = createServer((_, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  jwt.jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => new Promise((resolve) => issuer.close(resolve)));

const gateway = testGateway({ jwt });

interface Claims {
  account_id?: unknown;
  scope?: string;
  aud?: string;
  iss?: string;
  exp?: number;
}

const now = () => Math.floor(Date.now() / 1000);

async function token(claims: Claims = {}, key = keys.privateKey): Promise<string> {
  const standard = {
    account_id: 'ada',
    scope: 'segments:read segments:write',
    aud: AUDIENCE,
    iss: ISSUER,
    exp: now() + 60,
  };
  return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key);
}

const bearer = (text: string) => ({ as: null, headers: { authorization: `Bearer ${text}` } });
const statusOf = async (text: string) => (await rest(gateway, '', bearer(text))).status;

describe('a JSON Web Token from the trusted issuer', () => {
  it('authenticates the account in its claim, over both faces', async () => {
    const { id } = await createSegment(draft(), gateway.context('ada'));
    const ada = bearer(await token());
    expect((await rest(gateway, `/${id}`, ada)).body).toMatchObject({ id });
    const query = 'query ($id: ID!) { segment(id: $id) { id } }';
    expect((await graphql(gateway, query, { id }, ada)).body).toEqual({ data: { segment: { id } } });
    expect((await rest(gateway, `/${id}`, bearer(await token({ account_id: 'bob' })))).status).toBe(404);
  });

  it('is limited to its scopes', async () => {
    const reader = bearer(await token({ scope: 'openid segments:read' }));
    expect((await rest(gateway, '', reader)).status).toBe(200);
    expect((await rest(gateway, '', { method: 'POST', body: draft(), ...reader })).status).toBe(403);
  });

  it.each<[string, Claims]>([
    ['has expired', { exp: now() - 60 }],
    ['is for another audience', { aud: 'somebody else' }],
    ['is from another issuer', { iss: 'https://evil.example.com/' }],
    ['names no account', { account_id: undefined }],
    ['names an invalid account', { account_id: 'ada bob' }],
    ['names an account with a value that is not a string', { account_id: ['ada'] }],
  ])('is refused if it %s', async (_, claims) => {
    expect(await statusOf(await token(claims))).toBe(401);
  });

  it('is refused if it is unsigned, or its signature is wrong or made with another key', async () => {
    expect(await statusOf(await token({}, others.privateKey))).toBe(401);
    const [, payload] = (await token()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await statusOf(`${none}.${payload}.x`)).toBe(401);
    const [header] = (await token()).split('.');
    expect(await statusOf(`${header}.${payload}.AAAA`)).toBe(401);
  });

  it('is refused once it has expired, even if it was accepted before', async () => {
    // Clocks may differ by five seconds. On a slow machine the token may expire before it is accepted: then it gets more time.
    let left = 0;
    let short: string;
    do {
      left += 1;
      short = await token({ exp: now() - 5 + left });
    } while ((await statusOf(short)) !== 200);
    await expect.poll(() => statusOf(short)).toBe(401);
  });

  it("does not affect the gateway's own tokens", async () => {
    expect((await rest(gateway)).status).toBe(200);
  });
});

describe('a gateway without a trusted issuer', () => {
  const plain = testGateway();

  it('refuses JSON Web Tokens', async () => {
    expect((await rest(plain, '', bearer(await token()))).status).toBe(401);
  });
});
