import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { jwtReader } from '../../src/accounts/jwt.ts';

const ISSUER = 'https://id.example.com/';
const AUDIENCE = 'segments';
const NEVER_MS = 1_000_000_000;

const issuers: Server[] = [];
afterEach(() => {
  for (const each of issuers.splice(0)) each.close().closeAllConnections();
});

type Key = Awaited<ReturnType<typeof makeKey>>;

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

const tokenOf = ({ kid, privateKey }: Key) =>
  new SignJWT({ account_id: 'ada', aud: AUDIENCE, iss: ISSUER, exp: Math.floor(Date.now() / 1000) + 3600 })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(privateKey);

/** An issuer over HTTP. Its keys can be changed, and it can be made to fail. */
async function issuerOf(...keys: Key[]) {
  const state = { keys, fetches: 0, fails: undefined as RequestListener | undefined, jwksUrl: '' };
  const server = createServer((request, response) => {
    state.fetches++;
    if (state.fails) return state.fails(request, response);
    const body = JSON.stringify({ keys: state.keys.map(({ jwk }) => jwk) });
    response.setHeader('content-type', 'application/json').end(body);
  });
  issuers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  state.jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  return state;
}

const readerOf = ({ jwksUrl }: { jwksUrl: string }, keyTimes = {}) =>
  jwtReader({ jwksUrl, issuer: ISSUER, audience: AUDIENCE, accountClaim: 'account_id', keyTimes });

const ADA = { accountId: 'ada' };

describe('a key that its issuer has removed', () => {
  it('is refused once the fetched keys have expired, even for a token that was accepted before', async () => {
    const [one, two] = [await makeKey('one'), await makeKey('two')];
    const issuer = await issuerOf(one, two);
    const read = readerOf(issuer, { maxAgeMs: 20 });
    const token = await tokenOf(one);
    expect(await read(token)).toMatchObject(ADA);
    issuer.keys = [two];
    await expect.poll(() => read(token)).toBeNull();
    expect(await read(await tokenOf(two))).toMatchObject(ADA);
  });

  it('is refused at the first request after the fetched keys have expired', async () => {
    const one = await makeKey('one');
    const issuer = await issuerOf(one);
    const read = readerOf(issuer, { maxAgeMs: 0 }); // so they have expired at every request
    expect(await read(await tokenOf(one))).toMatchObject(ADA);
    issuer.keys = [];
    expect(await read(await tokenOf(one))).toBeNull();
  });

  it('is refused once another key has its key ID', async () => {
    const [old, next] = [await makeKey('one'), await makeKey('one')];
    const issuer = await issuerOf(old);
    const read = readerOf(issuer, { maxAgeMs: 0 });
    expect(await read(await tokenOf(old))).toMatchObject(ADA);
    issuer.keys = [next];
    expect(await read(await tokenOf(old))).toBeNull();
    expect(await read(await tokenOf(next))).toMatchObject(ADA);
  });
});

describe('fetched keys', () => {
  it('are fetched once for concurrent requests, and used until they expire', async () => {
    const one = await makeKey('one');
    const issuer = await issuerOf(one);
    const read = readerOf(issuer, { maxAgeMs: NEVER_MS });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(one)));
    await Promise.all(tokens.map(read));
    for (const token of tokens) expect(await read(token)).toMatchObject(ADA);
    expect(issuer.fetches).toBe(1);
  });

  it('are refreshed before they expire, while requests keep using the previous ones', async () => {
    const one = await makeKey('one');
    const issuer = await issuerOf(one);
    const read = readerOf(issuer, { maxAgeMs: 100 });
    const token = await tokenOf(one);
    await expect
      .poll(async () => {
        expect(await read(token)).toMatchObject(ADA);
        return issuer.fetches;
      })
      .toBeGreaterThan(2);
  });

  it('are fetched again for an unknown key, but not for every token that names one', async () => {
    const [one, two] = [await makeKey('one'), await makeKey('two')];
    const issuer = await issuerOf(one);
    const eager = readerOf(issuer, { maxAgeMs: NEVER_MS, retryMs: 0 });
    const patient = readerOf(issuer, { maxAgeMs: NEVER_MS, retryMs: NEVER_MS });
    for (const read of [eager, patient]) expect(await read(await tokenOf(one))).toMatchObject(ADA);
    issuer.keys = [one, two];
    expect(await eager(await tokenOf(two))).toMatchObject(ADA);
    issuer.fetches = 0;
    for (let i = 0; i < 5; i++) expect(await patient(await tokenOf(two))).toBeNull();
    expect(issuer.fetches).toBe(0);
  });
});

describe('an unavailable issuer', () => {
  const unavailable = { code: 'UNAVAILABLE' };
  const FAILURES: [string, RequestListener][] = [
    ['hangs up', ({ socket }) => void socket.destroy()],
    ['answers with 500', (_, response) => void response.writeHead(500).end('{"keys":[]}')],
    ['answers with HTML', (_, response) => void response.end('<html>')],
    ['answers with JSON that is not a key set', (_, response) => void response.end('{"keys":1}')],
    ['redirects', (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ];

  it.each(FAILURES)(
    'that %s does not invalidate tokens while its last keys may be used',
    async (_, fails) => {
      const one = await makeKey('one');
      const issuer = await issuerOf(one);
      const read = readerOf(issuer, { maxAgeMs: 0, retryMs: 0, maxStaleMs: NEVER_MS });
      const token = await tokenOf(one);
      expect(await read(token)).toMatchObject(ADA);
      issuer.fails = fails;
      expect(await read(token)).toMatchObject(ADA);
      expect(await read(await tokenOf(one))).toMatchObject(ADA);
    },
  );

  it.each(FAILURES)('that %s leads to UNAVAILABLE if no keys have been fetched yet', async (_, fails) => {
    const issuer = await issuerOf();
    issuer.fails = fails;
    await expect(readerOf(issuer)(await tokenOf(await makeKey('one')))).rejects.toMatchObject(unavailable);
  });

  it('leads to UNAVAILABLE once its last keys are too old even for an outage, until it is back', async () => {
    const one = await makeKey('one');
    const issuer = await issuerOf(one);
    const read = readerOf(issuer, { maxAgeMs: 10, maxStaleMs: 50, retryMs: 0 });
    const token = await tokenOf(one);
    expect(await read(token)).toMatchObject(ADA);
    issuer.fails = ({ socket }) => void socket.destroy();
    await expect.poll(() => read(token).catch(({ code }) => code)).toBe('UNAVAILABLE');
    issuer.fails = undefined;
    expect(await read(token)).toMatchObject(ADA);
  });

  it('is not queried again for every request', async () => {
    const one = await makeKey('one');
    const issuer = await issuerOf(one);
    issuer.fails = ({ socket }) => void socket.destroy();
    const read = readerOf(issuer);
    const token = await tokenOf(one);
    for (let i = 0; i < 5; i++) await expect(read(token)).rejects.toMatchObject(unavailable);
    expect(issuer.fetches).toBe(1);
  });
});
