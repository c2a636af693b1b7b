import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { clusterFolder, urlOf } from '../../src/embedded-postgres/postmaster.ts';
import { decided } from '../patiently.ts';
import { administer } from '../postgres.ts';
import { processes } from './gateway-process.ts';

const { begin, launch, run, serve, temporaryFolder } = processes();

const tokenOf = (dataDir: string) => readFileSync(join(dataDir, 'token'), 'utf8').trim();
const pidFile = (dataDir: string) => join(dataDir, 'postgres', 'postmaster.pid');
const serverOf = (dataDir: string) => Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);

async function call(url: string, dataDir: string, body?: string) {
  const headers = {
    authorization: `Bearer ${tokenOf(dataDir)}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const init = { headers, ...(body && { method: 'POST', body }) };
  const answer = await decided(async () => ({
    body: await (await fetch(`${url}/v1/customer-segments`, init)).json(),
  }));
  return answer.body;
}

/** Starts a gateway and kills it while initdb runs. Tries again if initdb was faster. */
async function killDuringInitdb() {
  for (;;) {
    const dataDir = temporaryFolder();
    const { child } = launch(['serve'], { DATA_DIR: dataDir, PORT: '0' });
    const unfinished = join(dataDir, `postgres.unfinished-${child.pid}`);
    while (child.exitCode === null && !existsSync(unfinished) && !isCreated(dataDir)) await sleep(5);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (!isCreated(dataDir)) return { dataDir, child };
  }
}

const isCreated = (dataDir: string) => existsSync(join(dataDir, 'postgres', 'PG_VERSION'));

const SEGMENT = 'name=High+Spend+Customers&criteria=c&description=';

describe.concurrent('the embedded Postgres', () => {
  it('creates a token that only its owner can read, and keeps it for the next start', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    const token = tokenOf(dataDir);
    expect(statSync(join(dataDir, 'token')).mode & 0o777).toBe(0o600);
    await expect.poll(() => first.said().err).toContain(`Bearer ${token}`);
    const created = await call(first.url, dataDir, SEGMENT);
    expect(await first.end()).toBe(0);
    expect(existsSync(pidFile(dataDir))).toBe(false);

    const second = await serve({ DATA_DIR: dataDir });
    expect(tokenOf(dataDir)).toBe(token);
    expect(await call(second.url, dataDir)).toEqual({ has_more: false, data: [created] });
    expect(await second.end('SIGINT')).toBe(0);
  });

  it('refuses a second gateway on the same DATA_DIR, while the first continues', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    await call(first.url, dataDir, SEGMENT);
    const { code, err } = await run(['serve'], { DATA_DIR: dataDir, PORT: '0' });
    expect(code).toBe(1);
    expect(err).toMatch(/^DATA_DIR is ".*", which another gateway is using: stop that gateway/);
    expect((await call(first.url, dataDir)).data).toHaveLength(1);
    await first.end();
  });

  it('serves only one of two gateways that start at once on an empty DATA_DIR', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const outcomes = await Promise.allSettled([serve({ DATA_DIR: dataDir }), serve({ DATA_DIR: dataDir })]);
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(winners).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringContaining('another gateway is using') },
    });
    expect(await call(winners[0]?.url ?? '', dataDir, SEGMENT)).toMatchObject({ criteria: 'c' });
    expect(await winners[0]?.end()).toBe(0);
  });

  it('is taken over, with its data, after a kill -9 of the gateway', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    const created = await call(first.url, dataDir, SEGMENT);
    await first.end('SIGKILL');
    const orphan = serverOf(dataDir);
    const second = await serve({ DATA_DIR: dataDir });
    expect(serverOf(dataDir)).toBe(orphan);
    expect((await call(second.url, dataDir)).data).toEqual([created]);
    expect(await second.end()).toBe(0);
    expect(existsSync(pidFile(dataDir))).toBe(false);
  });

  it('does not remove copies of the cluster beside it', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const copies = ['postgres.bak.20261125', 'postgres.20261125', 'postgres.log.999999'];
    for (const name of copies) mkdirSync(join(dataDir, name));
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await gateway.end()).toBe(0);
    for (const name of copies) expect(existsSync(join(dataDir, name)), name).toBe(true);
  });

  it('is started again, with its data, by a gateway that waits for another to stop', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    const created = await call(first.url, dataDir, SEGMENT);
    const waiting = `select from pg_locks where locktype = 'advisory' and not granted`;
    const isWaiting = async () => (await administer(urlOf(clusterFolder(dataDir)), waiting)).length > 0;
    let next = begin({ DATA_DIR: dataDir });
    while (!(await isWaiting())) {
      // A gateway gives up after three seconds. On a slow machine, it may have done so: then another one waits.
      if (next.child.exitCode !== null) next = begin({ DATA_DIR: dataDir });
      next.running.catch(() => {});
    }
    expect(await first.end()).toBe(0);
    const second = await next.running;
    expect((await call(second.url, dataDir)).data).toEqual([created]);
    expect(await second.end()).toBe(0);
  });

  it('starts again, with its data, after a kill -9 of the gateway and of Postgres', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    const created = await call(first.url, dataDir, SEGMENT);
    process.kill(serverOf(dataDir), 'SIGKILL');
    await first.end('SIGKILL');
    const second = await serve({ DATA_DIR: dataDir });
    expect((await call(second.url, dataDir)).data).toEqual([created]);
    expect(await second.end()).toBe(0);
  });

  it('starts after a kill -9 during its very first start', async ({ expect }) => {
    const { dataDir, child } = await killDuringInitdb();
    const second = await serve({ DATA_DIR: dataDir });
    expect(await call(second.url, dataDir)).toEqual({ has_more: false, data: [] });
    expect(await second.end()).toBe(0);
    // initdb outlives its gateway for a moment. The next start removes what it wrote in that time.
    const third = await serve({ DATA_DIR: dataDir });
    expect(existsSync(join(dataDir, `postgres.unfinished-${child.pid}`))).toBe(false);
    expect(await third.end()).toBe(0);
  });

  it('works in a folder whose path is too long for a socket, below one of mode 0700', async ({ expect }) => {
    const parent = temporaryFolder(process.getuid?.() === 0 ? '/root' : undefined);
    chmodSync(parent, 0o700);
    const dataDir = join(parent, 'x'.repeat(100), 'data');
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await call(gateway.url, dataDir, SEGMENT)).toMatchObject({ criteria: 'c' });
    expect(await gateway.end()).toBe(0);
  });
});
