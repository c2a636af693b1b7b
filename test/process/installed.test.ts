import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { oldNode, processes, TOKEN } from './gateway-process.ts';

const { serve, launch, temporaryFolder } = processes();
const execute = promisify(execFile);

/** What `npm pack` needs. It builds the bundle, which must not happen in the checkout while other tests run it. */
const COPIED = ['package.json', '.ci', 'docs', 'drizzle', 'src', 'rolldown.config.ts', 'tsconfig.json'];
const PAGES = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'schema.graphql', 'openapi.json'];

/** npm is started several times, which takes minutes on a slow machine. This only ends a test that hangs. */
const timeout = 900_000;

describe('The tarball that npm pack makes', { timeout }, () => {
  let checkout: string;
  let installed: string;

  beforeAll(async () => {
    checkout = temporaryFolder();
    for (const each of [...COPIED, ...PAGES]) cpSync(each, join(checkout, each), { recursive: true });
    symlinkSync(resolve('node_modules'), join(checkout, 'node_modules'));
    await execute('npm', ['pack'], { cwd: checkout });
    const [tarball = ''] = globSync('*.tgz', { cwd: checkout });

    installed = temporaryFolder();
    writeFileSync(join(installed, 'package.json'), '{}');
    // Without a network. The optional packages are those of the platform: its Postgres and its Node.js.
    const options = ['--offline', '--omit=optional', '--no-audit', '--no-fund'];
    await execute('npm', ['install', ...options, join(checkout, tarball)], { cwd: installed });
  }, timeout);

  it('leaves the package.json of the checkout as it was', () => {
    expect(readFileSync(join(checkout, 'package.json'), 'utf8')).toBe(readFileSync('package.json', 'utf8'));
  });

  it('installs nothing else, because the bundle contains all that it needs', () => {
    expect(globSync('*', { cwd: join(installed, 'node_modules') })).toEqual(['segments-gateway']);
    const files = globSync('*', { cwd: join(installed, 'node_modules/segments-gateway') });
    expect(files.toSorted()).toEqual(['dist', 'docs', 'drizzle', 'package.json', ...PAGES].toSorted());
  });

  it('has a program, which npx runs', async () => {
    const { stdout } = await execute('npx', ['--offline', 'segments', '--help'], { cwd: installed });
    expect(stdout).toMatch(/^Usage: segments <command>/);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect((await execute('npx', ['--offline', 'segments', '--version'], { cwd: installed })).stdout).toBe(
      `${version}\n`,
    );
  });

  it('serves queries, with a young generation of 64 MB as npm start does', async () => {
    const database = await makeDatabase();
    const program = join(installed, 'node_modules/.bin/segments');
    const gateway = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN }, [program, 'serve']);
    const answer = await gateway.send('/graphql', 'POST', { query: '{ segments(first: 1) { totalCount } }' });
    expect(await answer.json()).toEqual({ data: { segments: { totalCount: 0 } } });
    expect(gateway.said().err).toBe('');
    if (process.platform === 'linux') {
      const line = readFileSync(`/proc/${gateway.child.pid}/cmdline`, 'utf8');
      expect(line).toContain('\0--min-semi-space-size=64\0--max-semi-space-size=64\0');
    }
    expect(await gateway.end()).toBe(0);
    await database.drop();
  });

  it('delivers webhooks, with a small young generation', async () => {
    const database = await makeDatabase();
    const program = join(installed, 'node_modules/.bin/segments');
    const { child, said } = launch(['deliver'], { DATABASE_URL: database.url }, [program]);
    await expect.poll(() => said.out).toContain('delivering');
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('\0--max-semi-space-size=8\0');
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(said.err).toBe('');
    await database.drop();
  });

  it.skipIf(!oldNode)('says in one line which Node.js it needs', async () => {
    const old = temporaryFolder();
    mkdirSync(join(old, 'bin'));
    symlinkSync(oldNode ?? '', join(old, 'bin/node'));
    const program = join(installed, 'node_modules/.bin/segments');
    const { child, said } = launch(['serve'], { PATH: `${join(old, 'bin')}:/usr/bin:/bin` }, [program]);
    const [code] = await once(child, 'close');
    expect([code, said.out, said.err]).toEqual([
      2,
      '',
      expect.stringMatching(/^segments-gateway needs Node\.js 24 or later; this is v\d+\.\d+\.\d+\.\n$/),
    ]);
  });
});
