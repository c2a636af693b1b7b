import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/embedded-postgres/server.ts';
import { administer, makeDatabase } from '../postgres.ts';
import { type Environment, processes, TOKEN } from './gateway-process.ts';
import { processesIn } from './left-behind.ts';

const { begin, launch, run, serve, temporaryFolder } = processes();
const hasProc = existsSync('/proc/self/cwd');

/** Expects that a start left nothing running in a folder, and that the next start works. */
async function expectClean(dataDir: string): Promise<void> {
  await expect.poll(() => processesIn(dataDir)).toEqual([]);
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  if (existsSync(dataDir))
    expect(readdirSync(dataDir).filter((name) => name.includes('unfinished'))).toEqual([]);
  const gateway = await serve({ DATA_DIR: dataDir });
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  expect(await gateway.end()).toBe(0);
}

/** Starts a gateway, sends it a signal once a condition holds, and returns how it ended. */
async function stoppedOnce(
  condition: (pid: number) => boolean,
  environment: Environment,
  signal: NodeJS.Signals,
) {
  const { child, said, running } = begin(environment);
  running.catch(() => {}); // it is stopped before it listens
  const ended = once(child, 'close');
  while (child.exitCode === null && !condition(child.pid ?? 0)) await sleep(1);
  child.kill(signal);
  const [code] = await ended;
  return { code, ...said };
}

describe.skipIf(!hasProc)('a start leaves nothing behind, and the next one works, if', () => {
  it('its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const dataDir = temporaryFolder();
    const { code, err } = await run(['serve'], { PORT: `${port}`, DATA_DIR: dataDir });
    server.close();
    expect([code, err]).toEqual([
      1,
      `PORT is ${port}, but another program already listens on it at 127.0.0.1 (EADDRINUSE). Stop that program, or set another PORT.\n`,
    ]);
    await expectClean(dataDir);
  });

  it('its database is newer than the program', async () => {
    const dataDir = temporaryFolder();
    await run(['migrate'], { DATA_DIR: dataDir });
    const change = async (statement: string) => {
      const postgres = await startEmbedded(dataDir);
      await administer(postgres.url, statement);
      await postgres.stop();
    };
    await change(`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 4102444800000)`);
    const { code, err } = await run(['serve'], { PORT: '0', DATA_DIR: dataDir });
    expect([code, err]).toEqual([1, expect.stringMatching(/^The database is newer than this version.*\n$/)]);
    await expect.poll(() => processesIn(dataDir)).toEqual([]);
    await change(`delete from drizzle.__drizzle_migrations where hash = 'x'`);
    await expectClean(dataDir);
  });

  it('initdb fails', async () => {
    const dataDir = temporaryFolder();
    const small = ['sh', '-c', 'ulimit -f 500; exec "$@"', 'sh', process.execPath, 'dist/cli.js', 'serve'];
    const { child, said } = launch([], { PORT: '0', DATA_DIR: dataDir }, small);
    const [code] = await once(child, 'close');
    expect([code, said.err]).toEqual([1, expect.stringContaining("Postgres' initdb failed")]);
    await expectClean(dataDir);
  });

  it('its Postgres does not start', async () => {
    const dataDir = temporaryFolder();
    await run(['migrate'], { DATA_DIR: dataDir });
    const configuration = join(dataDir, 'postgres', 'postgresql.auto.conf');
    writeFileSync(configuration, 'no_such_setting = on\n');
    const { code, err } = await run(['serve'], { PORT: '0', DATA_DIR: dataDir });
    expect([code, err]).toEqual([1, expect.stringMatching(/did not start[\s\S]*contains errors/)]);
    writeFileSync(configuration, '');
    await expectClean(dataDir);
  });

  it('another gateway serves its folder, and that one continues', async () => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir, API_TOKEN: TOKEN });
    expect((await run(['serve'], { DATA_DIR: dataDir, PORT: '0' })).code).toBe(1);
    expect((await first.send('/v1/customer-segments')).status).toBe(200);
    expect(await first.end()).toBe(0);
    await expectClean(dataDir);
  });

  it('an earlier process with the same id was killed during initdb, as in a container', async () => {
    const dataDir = temporaryFolder();
    const script = `mkdir -p "$DATA_DIR/postgres.unfinished-$$/base" && exec "$@"`;
    const command = ['sh', '-c', script, 'sh', process.execPath, 'dist/cli.js', 'serve'];
    const gateway = await serve({ DATA_DIR: dataDir }, command);
    expect(await gateway.end()).toBe(0);
    await expectClean(dataDir);
  });
});

describe.skipIf(!hasProc)('a stop', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'by %s while initdb runs ends initdb',
    async (signal) => {
      const dataDir = temporaryFolder();
      const isMaking = (pid: number) => existsSync(join(dataDir, `postgres.unfinished-${pid}`, 'PG_VERSION'));
      expect(await stoppedOnce(isMaking, { DATA_DIR: dataDir }, signal)).toMatchObject({ code: 0, err: '' });
      await expectClean(dataDir);
    },
  );

  it('while a command creates its database ends the command', async () => {
    const dataDir = temporaryFolder();
    const { child, said } = launch(['token', 'list'], { DATA_DIR: dataDir });
    const ended = once(child, 'close');
    const isMaking = () => existsSync(join(dataDir, `postgres.unfinished-${child.pid}`, 'PG_VERSION'));
    while (child.exitCode === null && !isMaking()) await sleep(1);
    child.kill('SIGINT');
    expect([await ended, said.err]).toEqual([[1, null], 'Stopped by SIGINT.\n']);
    await expectClean(dataDir);
  });

  it('while Postgres starts ends Postgres', async () => {
    const dataDir = temporaryFolder();
    await run(['migrate'], { DATA_DIR: dataDir });
    const isStarting = () => existsSync(join(dataDir, 'postgres', 'postmaster.pid'));
    expect(await stoppedOnce(isStarting, { DATA_DIR: dataDir }, 'SIGTERM')).toMatchObject({
      code: 0,
      err: '',
    });
    await expectClean(dataDir);
  });

  it('while the gateway waits for its database ends the wait', async () => {
    const { child, said, running } = begin({
      DATABASE_URL: 'postgres://app@127.0.0.1:1/db',
      DATABASE_WAIT: '3600',
    });
    running.catch(() => {});
    await expect.poll(() => said.out).toContain('waiting for the database');
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('while the gateway waits for another process to migrate ends the wait', async () => {
    const database = await makeDatabase({ template: false });
    const other = new pg.Client(database.url);
    await other.connect();
    await other.query('select pg_advisory_lock($1)', [Number.parseInt('segments', 36)]);
    const { child, said, running } = begin({ DATABASE_URL: database.url });
    running.catch(() => {});
    await expect.poll(() => said.out).toContain('another process is migrating it');
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const sessions = `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await other.query(sessions)).rowCount).toBe(0);
    await other.end();
    await database.drop();
  });

  it('at any moment leaves nothing running', async () => {
    const dataDir = temporaryFolder();
    for (let i = 0; i < 8; i++) {
      const moment = performance.now() + i * 150;
      const { code, err } = await stoppedOnce(
        () => performance.now() > moment,
        { DATA_DIR: dataDir },
        'SIGTERM',
      );
      expect(code === null || code === 0, err).toBe(true); // null: before it handles signals
      await expect.poll(() => processesIn(dataDir)).toEqual([]);
    }
    await expectClean(dataDir);
  });
});

describe.skipIf(!hasProc)('a gateway whose outputs are closed', () => {
  it('stops when it receives SIGTERM', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    mkdirSync(dataDir);
    const { child } = launch(['serve'], { DATA_DIR: dataDir, PORT: '0' });
    child.stdout?.destroy();
    child.stderr?.destroy();
    await expect.poll(() => existsSync(join(dataDir, 'token'))).toBe(true);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectClean(dataDir);
  });
});
