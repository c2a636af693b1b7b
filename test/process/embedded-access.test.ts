import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterFolder, previousUrlOf, urlOf } from '../../src/embedded-postgres/postmaster.ts';
import { administer } from '../postgres.ts';
import { processes, type Running } from './gateway-process.ts';

const { run, serve, temporaryFolder } = processes();
const isRoot = process.getuid?.() === 0 && existsSync('/proc/self/status');
const NOBODY = 65_534;

const pidOf = (dataDir: string) =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
const uidsOf = (pid: number | string) =>
  /^Uid:\s+(.*)$/m
    .exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    ?.split(/\s+/)
    .map(Number) ?? [];

/** Runs a statement in a new session. Returns `done`, or the code of the error. */
const codeOf = (url: string, statement = 'select 1') =>
  administer(url, statement).then(
    () => 'done',
    ({ code, message }) => code ?? message,
  );

describe('the embedded Postgres of a running gateway', () => {
  const dataDir = temporaryFolder();
  const folder = clusterFolder(dataDir);
  let gateway: Running;
  beforeAll(async () => {
    chmodSync(dataDir, 0o755); // like a folder that a user has created, which others can enter
    gateway = await serve({ DATA_DIR: dataDir });
  });
  afterAll(() => gateway.end());

  it.skipIf(!isRoot)('runs as a user that has no account and no other process', () => {
    const server = pidOf(dataDir);
    const [uid = 0, ...more] = uidsOf(server);
    expect(new Set(more)).toEqual(new Set([uid]));
    expect([0, NOBODY]).not.toContain(uid);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(`:${uid}:`);
    const others = readdirSync('/proc').filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
        return uidsOf(pid).includes(uid) && Number(pid) !== server && parent !== server;
      } catch {
        return false; // not a process, or it has ended
      }
    });
    expect(others).toEqual([]);
  });

  it.skipIf(!isRoot).each([
    ['a process of nobody', NOBODY],
    ['a process of another user', 12_345],
  ])('keeps %s out of its socket, its files and its processes', (_, uid) => {
    const args = ['test/process/intruder.ts', `${uid}`, `${pidOf(dataDir)}`, dataDir];
    const { uid: actualUid, ...outcomes } = JSON.parse(execFileSync(process.execPath, args).toString());
    expect(actualUid).toBe(`${uid}`);
    expect(Object.keys(outcomes).length).toBeGreaterThan(8);
    for (const [attempt, outcome] of Object.entries(outcomes)) {
      expect(outcome, attempt).toMatch(/^(EACCES|EPERM)$/);
    }
  });

  it('requires a password from everyone who can reach its socket', async () => {
    const withoutPassword = previousUrlOf(folder);
    for (const role of ['postgres', 'segments']) {
      const wrong = withoutPassword.replace('//postgres@', `//${role}:wrong@`);
      expect(await codeOf(wrong)).toBe('28P01');
    }
    expect(await codeOf(withoutPassword)).toMatch(/password must be a string/);
    expect(await codeOf(urlOf(folder).replace('//segments:', '//postgres:'))).toBe('28P01');
  });

  it('stores its passwords where only their owner can read them', () => {
    expect(statSync(join(dataDir, 'pgpass')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('does not listen on a port', async () => {
    expect(await administer(urlOf(folder), 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  it.each([
    `copy (select 1) to program 'id'`,
    `copy (select 1) to '/tmp/x'`,
    `select pg_read_file('/etc/passwd')`,
    'create role r superuser',
    'alter role segments superuser',
    `alter role postgres password 'x'`,
    'set role postgres',
    'set session authorization postgres',
    'create database d',
    `alter system set listen_addresses = '*'`,
    'select pg_reload_conf()',
    `create function f() returns int language c as '/tmp/x.so', 'f'`,
    `select rolpassword from pg_authid`,
    `load '/tmp/x.so'`,
    'alter database postgres rename to p',
  ])('does not give the role of the gateway more privileges than it needs: %s', async (statement) => {
    expect(await codeOf(urlOf(folder), statement)).toMatch(/^(42501|58P01)$/);
  });

  it('lets the role of the gateway own its tables, without special attributes', async () => {
    const [row] = await administer(
      urlOf(folder),
      `select current_user::text as "user", current_database()::text as database, rolsuper or rolcreaterole or rolcreatedb or
         rolreplication or rolbypassrls as is_more, (select count(*)::int from pg_class where relowner <> current_user::regrole
         and relnamespace::regnamespace::text in ('public', 'drizzle')) as foreign from pg_roles where rolname = current_user`,
    );
    expect(row).toEqual({ user: 'segments', database: 'segments', is_more: false, foreign: 0 });
  });

  it('lets its owner in as superuser with the password in pgpass', async () => {
    const url = urlOf(folder, { role: 'postgres' });
    expect(await codeOf(url, 'create role made; drop role made')).toBe('done');
  });

  it('can be used by a command while the gateway runs', async () => {
    expect(await run(['token', 'list'], { DATA_DIR: dataDir })).toMatchObject({
      code: 0,
      out: expect.stringContaining('API_TOKEN'),
    });
  });
});

describe('the passwords of the embedded Postgres', () => {
  it('are replaced at the next start if pgpass is gone', async () => {
    const dataDir = temporaryFolder();
    const first = await serve({ DATA_DIR: dataDir });
    const before = readFileSync(join(dataDir, 'pgpass'), 'utf8');
    await first.end();
    rmSync(join(dataDir, 'pgpass'));
    const second = await serve({ DATA_DIR: dataDir });
    expect(readFileSync(join(dataDir, 'pgpass'), 'utf8')).not.toBe(before);
    expect(await codeOf(urlOf(clusterFolder(dataDir)))).toBe('done');
    expect(await codeOf(previousUrlOf(clusterFolder(dataDir)).replace('//postgres@', '//postgres:x@'))).toBe(
      '28P01',
    );
    await second.end();
  });

  it('are reported as wrong if pgpass belongs to another cluster', async () => {
    const dataDir = temporaryFolder();
    await run(['migrate'], { DATA_DIR: dataDir });
    const pgpass = join(dataDir, 'pgpass');
    const correct = readFileSync(pgpass, 'utf8');
    writeFileSync(pgpass, correct.replaceAll(/:\w+$/gm, ':0123456789'));
    expect(await run(['serve'], { DATA_DIR: dataDir, PORT: '0' })).toMatchObject({
      code: 1,
      err: `DATA_DIR is ${JSON.stringify(dataDir)}, whose pgpass does not have the passwords of its Postgres: delete pgpass, and the next start sets new ones.\n`,
    });
    rmSync(pgpass);
    expect((await run(['token', 'list'], { DATA_DIR: dataDir })).code).toBe(0);
  });
});

describe.skipIf(!isRoot)('a start as root without the capability to become another user', () => {
  it.each(['setuid', 'chown'])('fails and names the capability: %s', async (capability) => {
    const command = ['setpriv', `--bounding-set=-${capability}`, process.execPath, 'dist/cli.js', 'serve'];
    await expect(serve({ DATA_DIR: temporaryFolder() }, command)).rejects.toThrow(
      `It ended with 2: This process is root without CAP_${capability.toUpperCase()}. The embedded Postgres cannot run as root: start the gateway as another user, or set DATABASE_URL.`,
    );
  });
});
