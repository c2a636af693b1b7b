import { beforeEach, describe, expect, it } from 'vitest';
import { configureApiToken } from '../../src/accounts/api-token.ts';
import { newToken } from '../../src/accounts/token.ts';
import { SCOPES } from '../../src/accounts/viewer.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { records } from '../../src/telemetry/records.ts';
import { rest } from '../client.ts';
import { secondGateway, testGateway } from '../harness.ts';

const first = newToken();
const gateway = testGateway({ apiToken: first });
const faults: unknown[] = [];

/** Configures an API_TOKEN as a gateway does when it starts. */
const configure = (token: string) =>
  configureApiToken(gateway.database, token, (observation) => faults.push(observation));
const statusOf = async (token: string) =>
  (await rest(gateway, '', { as: null, headers: { authorization: `Bearer ${token}` } })).status;
const idOf = async (token: string) => (await configure(token)).id;

beforeEach(() => {
  faults.length = 0;
});

describe('starting with a different API_TOKEN', () => {
  it('ends the previous one, at gateways that are already running too, and no other token', async () => {
    expect(await statusOf(first)).toBe(200);
    const others = [
      await gateway.tokens.create({
        accountId: 'default',
        name: 'a',
        scopes: ['segments:read'],
        expiresAt: null,
      }),
      await gateway.tokens.create({
        accountId: 'acme',
        name: 'API_TOKEN',
        scopes: ['segments:read'],
        expiresAt: null,
      }),
    ];
    const second = newToken();
    expect(await configure(second)).toMatchObject({ isLive: true, endsAt: null });
    await expect.poll(() => statusOf(first), { interval: 200 }).toBe(401);
    for (const token of [second, ...others.map(({ token }) => token)])
      expect(await statusOf(token)).toBe(200);
  });

  it('is not undone by a restart with the old one, as in a rolling deploy', async () => {
    const [old, next] = [newToken(), newToken()];
    await configure(old);
    await configure(next);
    expect(await configure(old)).toMatchObject({ isLive: false, endsAt: expect.any(Date) });
    expect([await statusOf(old), await statusOf(next)]).toEqual([401, 200]);
  });

  it('leaves only one valid if several are configured at the same time', async () => {
    const tokens = Array.from({ length: 8 }, newToken);
    await Promise.all(tokens.map(configure));
    const statuses = await Promise.all(tokens.map(statusOf));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('ends every API_TOKEN that earlier versions let accumulate', async () => {
    const digests = ['x', 'y'].map((digest) => `('${digest}', '${digest}', 'default', 'API_TOKEN', '{}')`);
    await gateway.database.$client.query(
      `insert into api_tokens (digest, id, account_id, name, scopes) values ${digests.join()}`,
    );
    await configure(newToken());
    const live = (await gateway.tokens.list()).filter(
      ({ name, accountId, revokedAt }) => name === 'API_TOKEN' && accountId === 'default' && !revokedAt,
    );
    expect(live).toHaveLength(1);
  });
});

describe('starting with an API_TOKEN of a version that had fewer scopes', () => {
  it.each(['API_TOKEN', 'successor of API_TOKEN'])('gives the token %j the others', async (name) => {
    const { token, id } = await gateway.tokens.create({
      accountId: 'default',
      name,
      scopes: ['segments:read', 'segments:write'],
      expiresAt: null,
    });
    await configure(token);
    const stored = (await gateway.tokens.list()).find((each) => each.id === id);
    expect(stored).toMatchObject({ name: 'API_TOKEN', scopes: [...SCOPES] });
  });

  it('leaves the scopes of all other tokens', async () => {
    const scopes = ['segments:read', 'segments:write'];
    const { id } = await gateway.tokens.create({ accountId: 'default', name: 'a', scopes, expiresAt: null });
    await configure(newToken());
    expect((await gateway.tokens.list()).find((each) => each.id === id)).toMatchObject({ scopes });
  });
});

describe('starting with the same API_TOKEN', () => {
  it('writes nothing', async () => {
    const token = newToken();
    await configure(token);
    gateway.statements.length = 0;
    expect(await configure(token)).toMatchObject({ isLive: true });
    expect(gateway.statements.filter(({ text }) => /insert|update/i.test(text))).toEqual([]);
  });

  it('does not restore it after it was revoked; the gateway starts without it and does not log it', async () => {
    const token = newToken();
    const other = await gateway.tokens.create({
      accountId: 'ada',
      name: 'ci',
      scopes: ['segments:read'],
      expiresAt: null,
    });
    const id = await idOf(token);
    await gateway.tokens.revoke(id);
    const lines: string[] = [];
    const restarted = await secondGateway(gateway, {
      apiToken: token,
      observe: records(logTo('info', { write: (line) => void lines.push(line) })).observe,
    });
    const statusAtRestarted = async (bearer: string) =>
      (
        await fetch(`${restarted.url}/v1/customer-segments`, {
          headers: { authorization: `Bearer ${bearer}` },
        })
      ).status;
    expect([await statusAtRestarted(token), await statusAtRestarted(other.token)]).toEqual([401, 200]);
    expect(restarted.apiToken).toMatchObject({ id, isLive: false });
    await restarted.stop();
    expect(lines.join('')).not.toContain(token);
  });
});

describe('an API_TOKEN that was rotated', () => {
  it('stays valid next to its replacement, and ends when the replacement is configured', async () => {
    const old = newToken();
    const made = await gateway.tokens.rotate(await idOf(old), 60 * 60_000);
    const next = made?.token ?? '';
    expect(await configure(old)).toMatchObject({ isLive: true, endsAt: made?.oldEndsAt });
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 200]);
    expect(await configure(next)).toMatchObject({ isLive: true, endsAt: null });
    await expect.poll(() => statusOf(old), { interval: 200 }).toBe(401);
    await configure(newToken());
    await expect.poll(() => statusOf(next), { interval: 200 }).toBe(401);
  });
});

describe('an API_TOKEN that was created for another purpose', () => {
  it.each([
    ['another account', 'acme', ['segments:read', 'segments:write']],
    ['fewer scopes', 'default', ['segments:read']],
  ])('is refused and left unchanged: %s', async (_, accountId, scopes) => {
    const { token, id } = await gateway.tokens.create({ accountId, name: 'ci', scopes, expiresAt: null });
    await expect(configure(token)).rejects.toThrow(
      `API_TOKEN must be a dedicated token, such as \`segments token new\` prints; it is the token ${id} of the account "${accountId}", which was created for ${scopes.join(' and ')}.`,
    );
    const record = (await gateway.tokens.list()).find((each) => each.id === id);
    expect(record).toMatchObject({ accountId, name: 'ci', scopes });
  });
});
