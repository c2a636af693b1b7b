import { describe, expect, it } from 'vitest';
import { authenticator } from '../../src/accounts/authenticate.ts';
import { digestOf, newToken } from '../../src/accounts/token.ts';
import { tokenStore } from '../../src/accounts/token-store.ts';
import { tokenUse } from '../../src/accounts/token-use.ts';
import { connect, disconnect } from '../../src/database/connect.ts';
import { rest } from '../client.ts';
import { secondGateway, testGateway } from '../harness.ts';
import { readOnlyUrlOf } from '../postgres.ts';

const gateway = testGateway();
const make = () =>
  gateway.tokens.create({ accountId: 'ada', name: 'ci', scopes: ['segments:read'], expiresAt: null });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const get = (token: string) => rest(gateway, '', { as: null, headers: bearer(token) });
const lastUse = async (id: string) =>
  (await gateway.tokens.list()).find((token) => token.id === id)?.lastUsedAt;
const sent = () => gateway.statements.filter(({ text }) => text.includes('last_used_at = '));
const setLastUse = (id: string, when: string) =>
  gateway.database.$client.query(`update api_tokens set last_used_at = ${when} where id = '${id}'`);

const databaseUrl = () => gateway.database.$client.options.connectionString ?? '';

/** Runs work with the token store of another gateway on the same database. Returns the faults that it observed. */
async function withStore(url: string, work: (tokens: ReturnType<typeof tokenStore>) => Promise<void>) {
  const faults: unknown[] = [];
  const database = connect({ url, poolSize: 2, pooler: 'transaction', observe: () => {} });
  await work(tokenStore(database, (observation) => faults.push(observation)));
  await disconnect(database);
  return faults;
}

describe('the last use of a token', () => {
  it('is recorded in one statement for all tokens of a gateway, and not during requests', async () => {
    const made = await Promise.all([make(), make(), make()]);
    await gateway.tokens.writeUse();
    gateway.statements.length = 0;
    for (let i = 0; i < 5; i++) await Promise.all(made.map(({ token }) => get(token)));
    expect(sent()).toEqual([]);
    const before = Date.now();
    await gateway.tokens.writeUse();
    expect(sent()).toHaveLength(1);
    for (const { id } of made) {
      const used = (await lastUse(id))?.getTime() ?? 0;
      expect(Math.abs(used - before)).toBeLessThan(600_000);
    }
  });

  it('is not recorded for a token that was never used, or was revoked before', async () => {
    const [never, ended] = [await make(), await make()];
    await gateway.tokens.revoke(ended.id);
    expect((await get(ended.token)).status).toBe(401);
    expect((await get(newToken())).status).toBe(401);
    await gateway.tokens.writeUse();
    expect([await lastUse(never.id), await lastUse(ended.id)]).toEqual([null, null]);
  });

  it('is written again only after half a minute, by any gateway', async () => {
    const { token, id } = await make();
    await get(token);
    await setLastUse(id, `now() - interval '20 s'`);
    const before = await lastUse(id);
    await gateway.tokens.writeUse();
    expect(await lastUse(id)).toEqual(before);
    await setLastUse(id, `now() - interval '1 h'`);
    await withStore(databaseUrl(), async (tokens) => {
      await authenticator(tokens)(bearer(token));
      await tokens.writeUse();
    });
    expect((await lastUse(id))?.getTime()).toBeGreaterThan(before?.getTime() ?? 0);
  });

  it('is skipped for a token that another session has locked', async () => {
    const [locked, free] = [await make(), await make()];
    const client = await gateway.database.$client.connect();
    await client.query('begin');
    await client.query(`select from api_tokens where id = '${locked.id}' for update`);
    for (const { token } of [locked, free]) await get(token);
    await gateway.tokens.writeUse();
    expect(await lastUse(free.id)).not.toBeNull();
    await client.query('rollback');
    client.release();
    expect(await lastUse(locked.id)).toBeNull();
  });

  it('is written when the gateway stops', async () => {
    const { token, id } = await make();
    const other = await secondGateway(gateway);
    await fetch(`${other.url}/v1/customer-segments`, { headers: bearer(token) });
    await other.stop();
    expect(await lastUse(id)).not.toBeNull();
  });

  it('is written again after a failure, even if no token is used again', async () => {
    const { token, id } = await make();
    const faults: unknown[] = [];
    const rename = (from: string, to: string) =>
      gateway.database.$client.query(`alter table ${from} rename to ${to}`);
    const use = tokenUse(gateway.database, (observation) => faults.push(observation), { pauseMs: 20 });
    await rename('api_tokens', 'away');
    use.note(digestOf(token));
    await expect.poll(() => faults.length).toBeGreaterThan(0);
    await rename('away', 'api_tokens');
    await expect.poll(() => lastUse(id)).not.toBeNull();
  });

  it('is never moved back by a gateway that could not write for an hour', async () => {
    const { token, id } = await make();
    let now = 0;
    const use = tokenUse(gateway.database, () => {}, { now: () => now });
    use.note(digestOf(token));
    await setLastUse(id, `now() - interval '1 min'`);
    const before = await lastUse(id);
    now = 60 * 60_000;
    await use.write();
    expect(await lastUse(id)).toEqual(before);
  });

  it('is not recorded in a read-only database, where no request fails', async () => {
    const { token, id } = await make();
    const faults = await withStore(readOnlyUrlOf(databaseUrl()), async (tokens) => {
      expect(await authenticator(tokens)(bearer(token))).toMatchObject({ accountId: 'ada' });
      await tokens.writeUse();
      expect(await authenticator(tokens)(bearer(token))).toMatchObject({ accountId: 'ada' });
    });
    expect([faults, await lastUse(id)]).toEqual([[], null]);
  });
});
