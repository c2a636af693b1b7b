import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, it } from 'vitest';
import { newToken } from '../../src/accounts/token.ts';
import { setAccess } from '../../src/embedded-postgres/access.ts';
import { findBinaries } from '../../src/embedded-postgres/binaries.ts';
import { launch } from '../../src/embedded-postgres/launch.ts';
import { clusterFolder, isUp, previousUrlOf, urlOf } from '../../src/embedded-postgres/postmaster.ts';
import { serverUser } from '../../src/embedded-postgres/server-user.ts';
import { lockFolder } from '../../src/embedded-postgres/tenancy.ts';
import { administer } from '../postgres.ts';
import { until } from '../until.ts';
import { processes, type Running, SEGMENTS } from './gateway-process.ts';
import { NOBODY, previousCluster } from './previous-cluster.ts';

const { run, serve, temporaryFolder } = processes();
const isRoot = process.getuid?.() === 0;

const namesOf = async ({ send }: Running, token: string) => {
  const response = await send(SEGMENTS, 'GET', undefined, { authorization: `Bearer ${token}` });
  const { data }: { data: { name: string }[] } = await response.json();
  return data.map(({ name }) => name);
};

const isClosed = (folder: string) =>
  administer(previousUrlOf(folder), 'select 1').then(
    () => false,
    ({ message }) => /password must be a string/.test(message),
  );

/** The files in a folder that belong to a user. */
const filesOf = (folder: string, uid: number) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => existsSync(join(folder, name)) && lstatSync(join(folder, name)).uid === uid,
  );

describe.concurrent('a DATA_DIR of an earlier version is taken over at the first start', () => {
  it('with its data, its token, and the server that a killed gateway left', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const token = newToken();
    const { folder, launched } = await previousCluster(dataDir, token);
    const gateway = await serve({ DATA_DIR: dataDir });
    await expect.poll(launched.hasExited).toBe(true);
    expect(await namesOf(gateway, token)).toEqual(['kept']);
    expect(await isClosed(folder)).toBe(true);
    const owners = `select distinct relowner::regrole::text as owner from pg_class where relnamespace::regnamespace::text in ('public', 'drizzle')
      union select proowner::regrole::text from pg_proc where proname = 'of_user'
      union select nspowner::regrole::text from pg_namespace where nspname = 'drizzle'`;
    expect(await administer(urlOf(folder), owners)).toEqual([{ owner: 'segments' }]);
    if (isRoot) expect(filesOf(dataDir, NOBODY)).toEqual([]);
    expect(await gateway.end()).toBe(0);

    const again = await serve({ DATA_DIR: dataDir });
    expect(await namesOf(again, token)).toEqual(['kept']);
    expect(await again.end()).toBe(0);
  });

  it('by only one of two gateways that start at once, with its data', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const token = newToken();
    await (await previousCluster(dataDir, token)).launched.stop();
    const outcomes = await Promise.allSettled([serve({ DATA_DIR: dataDir }), serve({ DATA_DIR: dataDir })]);
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(winners).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringContaining('another gateway is using') },
    });
    for (const winner of winners) {
      expect(await namesOf(winner, token)).toEqual(['kept']);
      expect(await winner.end()).toBe(0);
    }
  });

  it('but not while the earlier gateway still serves it', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const { launched, url } = await previousCluster(dataDir, newToken());
    const unlock = await lockFolder(url); // as the earlier gateway does
    expect(await run(['serve'], { DATA_DIR: dataDir, PORT: '0' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('which another gateway is using'),
    });
    expect(await administer(url, 'select name from segments')).toEqual([{ name: 'kept' }]);
    await unlock?.();
    await launched.stop();
  });

  it('by a command as well', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const { folder } = await previousCluster(dataDir, newToken());
    expect((await run(['token', 'list'], { DATA_DIR: dataDir })).code).toBe(0);
    expect(readFileSync(join(folder, 'pg_hba.conf'), 'utf8')).not.toContain('trust');
  });

  it('even if a takeover was interrupted while it created roles', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const token = newToken();
    const { url, launched } = await previousCluster(dataDir, token);
    const client = new pg.Client(url.replace('/postgres?', '/template1?'));
    await client.connect();
    await client.query('create role segments');
    await client.query('alter database postgres rename to segments');
    await client.end();
    await launched.stop();
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await namesOf(gateway, token)).toEqual(['kept']);
    expect(await gateway.end()).toBe(0);
  });

  it('even if a takeover was interrupted before the server read the new rules', async ({ expect }) => {
    const dataDir = temporaryFolder();
    await run(['migrate'], { DATA_DIR: dataDir });
    const folder = clusterFolder(dataDir);
    const user = serverUser(folder);
    setAccess(folder, 'setup', user);
    launch(folder, (await findBinaries(isRoot)).postgres, user, []);
    await until(() => isUp(folder));
    setAccess(folder, 'closing', user);
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await isClosed(folder)).toBe(true);
    expect(await gateway.end()).toBe(0);
  });

  it('through a symbolic link', async ({ expect }) => {
    const [dataDir, disk] = [temporaryFolder(), temporaryFolder()];
    const token = newToken();
    const { folder, launched } = await previousCluster(dataDir, token);
    await launched.stop();
    renameSync(folder, join(disk, 'cluster'));
    symlinkSync(join(disk, 'cluster'), folder);
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await namesOf(gateway, token)).toEqual(['kept']);
    expect(await gateway.end()).toBe(0);
    if (isRoot) expect(filesOf(disk, NOBODY)).toEqual([]);
  });

  it.skipIf(!isRoot)('without changing the targets of symbolic links in it', async ({ expect }) => {
    const dataDir = temporaryFolder();
    const { folder, launched } = await previousCluster(dataDir, newToken());
    await launched.stop();
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'file'), 'x');
    mkdirSync(join(outside, 'folder'));
    writeFileSync(join(outside, 'folder', 'file'), 'x');
    symlinkSync(join(outside, 'folder'), join(folder, 'link'));
    renameSync(join(folder, 'pg_hba.conf'), join(outside, 'pg_hba.conf'));
    symlinkSync(join(outside, 'pg_hba.conf'), join(folder, 'pg_hba.conf'));
    symlinkSync(join(outside, 'file'), join(folder, 'pg_hba.conf.new'));
    const gateway = await serve({ DATA_DIR: dataDir });
    expect(await gateway.end()).toBe(0);
    expect(statSync(join(outside, 'folder', 'file')).uid).toBe(0);
    expect(statSync(join(outside, 'folder')).uid).toBe(0);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('x');
    expect(readFileSync(join(outside, 'pg_hba.conf'), 'utf8')).toContain('trust');
  });
});
