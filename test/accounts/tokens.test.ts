import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authenticator } from '../../src/accounts/authenticate.ts';
import { digestOf, isToken, newToken } from '../../src/accounts/token.ts';
import { rest } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const LATER = new Date(Date.now() + 60 * 60_000);
const draftOf = (expiresAt: Date | null = null) => ({
  accountId: 'ada',
  name: 'ci',
  scopes: ['segments:read'],
  expiresAt,
});
const get = (token: string) => rest(gateway, '', { as: null, headers: { authorization: `Bearer ${token}` } });

describe('a token', () => {
  it('has a prefix and 36 characters, and is different each time', () => {
    expect(newToken()).toMatch(/^sgw_[0-9A-Za-z]{36}$/);
    expect(new Set(Array.from({ length: 1000 }, newToken)).size).toBe(1000);
  });

  it('with one mistyped character is detected without the database', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 39 }), fc.constantFrom(...'0Aaz'), (at, character) => {
        const token = newToken();
        const typo = token.slice(0, at) + character + token.slice(at + 1);
        expect(isToken(typo)).toBe(typo === token);
      }),
      { seed: 4 },
    );
  });

  it.each(['', 'short', 'x'.repeat(201), `${'x'.repeat(40)} `, `${'x'.repeat(40)}\u00e9`])(
    'cannot be %j',
    (text) => expect(isToken(text)).toBe(false),
  );

  it('is stored only as its SHA-256', async () => {
    const { token } = await gateway.tokens.create(draftOf());
    const { rows } = await gateway.database.$client.query('select t::text as row from api_tokens t');
    const all = rows.map(({ row }) => row).join('\n');
    expect(all).toContain(digestOf(token));
    expect(all).not.toContain(token.slice(4));
  });
});

describe('a caller', () => {
  it('with a live token is accepted', async () => {
    const { token } = await gateway.tokens.create(draftOf(LATER));
    expect((await get(token)).status).toBe(200);
  });

  it('with an expired token is refused', async () => {
    const { token } = await gateway.tokens.create(draftOf(new Date(Date.now() - 1)));
    expect((await get(token)).status).toBe(401);
  });

  it('with a cached token is refused once it has expired', async () => {
    const authenticate = authenticator(gateway.tokens);
    // On a slow machine the token may expire before it is cached: then it gets more time.
    let milliseconds = 150;
    let token: string;
    do {
      milliseconds *= 2;
      ({ token } = await gateway.tokens.create(draftOf(new Date(Date.now() + milliseconds))));
    } while (!(await authenticate({ authorization: `Bearer ${token}` })));
    await expect.poll(() => authenticate({ authorization: `Bearer ${token}` })).toBeNull();
  });

  it('with a cached token is refused some time after it was revoked', async () => {
    const { token, id } = await gateway.tokens.create(draftOf());
    expect((await get(token)).status).toBe(200);
    expect(await gateway.tokens.revoke(id)).toBe(true);
    await expect.poll(async () => (await get(token)).status, { interval: 200 }).toBe(401);
  });

  it('with an unknown, expired or revoked token gets the same answer, after the same statement', async () => {
    const expired = await gateway.tokens.create(draftOf(new Date(0)));
    const revoked = await gateway.tokens.create(draftOf());
    await gateway.tokens.revoke(revoked.id);
    const answers = [];
    for (const token of [newToken(), expired.token, revoked.token]) {
      gateway.statements.length = 0;
      const { status, body } = await get(token);
      answers.push({
        status,
        ...body,
        request_id: '',
        statements: gateway.statements.map(({ text }) => text),
      });
    }
    expect(answers[0]).toMatchObject({ status: 401, statements: [expect.stringContaining('api_tokens')] });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('is looked up once if it is needed many times in a turn, as for a review of all streams', async () => {
    const authenticate = authenticator(gateway.tokens);
    const { token } = await gateway.tokens.create(draftOf());
    gateway.statements.length = 0;
    const viewers = await Promise.all(
      Array.from({ length: 3_000 }, () => authenticate.anew({ authorization: `Bearer ${token}` })),
    );
    expect(new Set(viewers).size).toBe(1);
    expect(gateway.statements).toHaveLength(1);
  });

  it('is looked up in one statement with all others of the same turn, and then cached', async () => {
    const authenticate = authenticator(gateway.tokens);
    const made = await Promise.all(Array.from({ length: 5 }, () => gateway.tokens.create(draftOf())));
    gateway.statements.length = 0;
    await Promise.all(
      made.flatMap(({ token }) => [
        authenticate({ authorization: `Bearer ${token}` }),
        authenticate({ authorization: `bearer ${token}` }),
      ]),
    );
    await authenticate({ authorization: `Bearer ${made[0]?.token}` });
    expect(gateway.statements).toHaveLength(1);
  });
});

describe('rotation', () => {
  it('creates a token with the same account, name and scopes; both are valid until the overlap ends', async () => {
    const old = await gateway.tokens.create(draftOf());
    const made = await gateway.tokens.rotate(old.id, 60 * 60_000);
    expect(made).toMatchObject({ accountId: 'ada', expiresAt: null });
    for (const { token } of [old, made ?? old]) expect((await get(token)).status).toBe(200);
    const records = (await gateway.tokens.list()).filter(({ id }) => [old.id, made?.id].includes(id));
    expect(records.map(({ accountId, name, scopes }) => ({ accountId, name, scopes }))).toEqual(
      Array(2).fill({ accountId: 'ada', name: 'ci', scopes: ['segments:read'] }),
    );
    await gateway.database.$client.query(`update api_tokens set expires_at = now() where id = '${old.id}'`);
    await expect.poll(async () => (await get(old.token)).status).toBe(401);
    expect((await get(made?.token ?? '')).status).toBe(200);
  });

  it('ends the old token immediately if there is no overlap', async () => {
    const old = await gateway.tokens.create(draftOf());
    await gateway.tokens.rotate(old.id, 0);
    expect((await get(old.token)).status).toBe(401);
  });

  it('gives the new token the lifetime of the old one, and never extends the old one', async () => {
    const old = await gateway.tokens.create(draftOf(LATER));
    const before = Date.now();
    const made = await gateway.tokens.rotate(old.id, 365 * 24 * 60 * 60 * 1_000);
    expect(made?.oldEndsAt).toEqual(LATER);
    const life = (made?.expiresAt?.getTime() ?? 0) - before;
    const was = (await gateway.tokens.list()).find(({ id }) => id === old.id);
    expect(life).toBeGreaterThanOrEqual(LATER.getTime() - (was?.createdAt.getTime() ?? 0) - 1_000);
  });

  it.each(['revoked', 'expired', 'unknown'])('is refused for a token that is %s', async (kind) => {
    const { id } = await gateway.tokens.create(draftOf(kind === 'expired' ? new Date(0) : null));
    if (kind === 'revoked') await gateway.tokens.revoke(id);
    const before = (await gateway.tokens.list()).length;
    expect(await gateway.tokens.rotate(kind === 'unknown' ? 'x' : id, 1_000)).toBeNull();
    expect((await gateway.tokens.list()).length).toBe(before);
  });
});
