import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { newToken } from '../../src/accounts/token.ts';
import { clusterFolder, urlOf } from '../../src/embedded-postgres/postmaster.ts';
import { administer, makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS } from './gateway-process.ts';

const { run, serve, temporaryFolder } = processes();

const statusOf = async ({ send }: Running, token: string) =>
  (await send(SEGMENTS, 'GET', undefined, { authorization: `Bearer ${token}` })).status;
const idOf = async (environment: Record<string, string>) => {
  const { out } = await run(['token', 'list'], environment);
  return /^(\S+)\tdefault\tAPI_TOKEN\t.*\tlive\t/m.exec(out)?.[1] ?? '';
};
/** The outcome of revoking a token. */
const revoked = (id: string) => ({ code: 0, out: `Revoked ${id}.\n` });
const tokenIn = (dataDir: string) => readFileSync(join(dataDir, 'token'), 'utf8').trim();

describe.concurrent('API_TOKEN', () => {
  it('that was revoked does not prevent the start, and is named in the log', async ({ expect }) => {
    const database = await makeDatabase();
    const environment = { DATABASE_URL: database.url, API_TOKEN: newToken() };
    await (await serve(environment)).end();
    const tokenId = await idOf(environment);
    expect(await run(['token', 'revoke', tokenId], environment)).toMatchObject(revoked(tokenId));
    const gateway = await serve(environment);
    expect(await statusOf(gateway, environment.API_TOKEN)).toBe(401);
    const [line = ''] = gateway
      .said()
      .out.split('\n')
      .filter((each) => each.includes('API_TOKEN'));
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      tokenId,
      endsAt: expect.any(String),
      msg: expect.stringMatching(/^API_TOKEN is not accepted: it was revoked/),
    });
    expect(await gateway.end()).toBe(0);
    expect(gateway.said().out).not.toContain(environment.API_TOKEN);
    await database.drop();
  });

  it('that belongs to another account ends the start with code 2, and is not shown', async ({ expect }) => {
    const database = await makeDatabase();
    const environment = { DATABASE_URL: database.url };
    const { out } = await run(['token', 'create', '--account', 'acme'], environment);
    const { code, err } = await run(['serve'], { ...environment, API_TOKEN: out.trim(), PORT: '0' });
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^API_TOKEN must be a dedicated token.*"acme".*\n$/),
    ]);
    expect(err).not.toContain(out.trim());
    await database.drop();
  });

  it('stays valid for other gateways when one starts without it', async ({ expect }) => {
    const database = await makeDatabase();
    const token = newToken();
    const first = await serve({ DATABASE_URL: database.url, API_TOKEN: token });
    await (await serve({ DATABASE_URL: database.url })).end();
    expect(await statusOf(first, token)).toBe(200);
    await first.end();
    await database.drop();
  });
});

describe.concurrent('the token of the embedded database', () => {
  it('is replaced at the next start after it was revoked', async ({ expect }) => {
    const dataDir = temporaryFolder();
    await (await serve({ DATA_DIR: dataDir })).end();
    const old = tokenIn(dataDir);
    const id = await idOf({ DATA_DIR: dataDir });
    expect(await run(['token', 'revoke', id], { DATA_DIR: dataDir })).toMatchObject(revoked(id));
    const gateway = await serve({ DATA_DIR: dataDir });
    const renewed = tokenIn(dataDir);
    expect(renewed).not.toBe(old);
    expect([await statusOf(gateway, old), await statusOf(gateway, renewed)]).toEqual([401, 200]);
    await expect.poll(() => gateway.said().err).toContain(`Bearer ${renewed}`);
    expect(await gateway.end()).toBe(0);
  });

  it('does not prevent the start if it was revoked and no other can be stored', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const environment = { DATA_DIR: dataDir };
    const first = await serve(environment);
    const { out } = await run(['token', 'create'], environment);
    const id = await idOf(environment);
    expect(await run(['token', 'revoke', id], environment)).toMatchObject(revoked(id));
    const superuser = urlOf(clusterFolder(dataDir), { role: 'postgres' });
    await administer(superuser, 'alter role segments set default_transaction_read_only = on');
    await first.end();

    const second = await serve(environment);
    expect(await statusOf(second, out.trim())).toBe(200);
    expect(second.said().out).toContain('"msg":"The token in DATA_DIR has ended');
    await administer(superuser, 'alter role segments reset default_transaction_read_only');
    await second.end();

    const third = await serve(environment);
    expect(await statusOf(third, tokenIn(dataDir))).toBe(200);
    await third.end();
  });

  it('is replaced by an API_TOKEN, and by a new token when that is left out again', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const token = newToken();
    await (await serve({ DATA_DIR: dataDir })).end();
    const old = tokenIn(dataDir);
    const second = await serve({ DATA_DIR: dataDir, API_TOKEN: token });
    expect([await statusOf(second, old), await statusOf(second, token)]).toEqual([401, 200]);
    await second.end();
    const third = await serve({ DATA_DIR: dataDir });
    const statuses = [await statusOf(third, token), await statusOf(third, tokenIn(dataDir))];
    expect(statuses).toEqual([401, 200]);
    await third.end();
  });
});
