import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { processes } from '../process/gateway-process.ts';

const { launch, run } = processes();

/** The Node.js of the system, if it is older than the required version. */
function oldNode(): string | null {
  try {
    const version = execFileSync('/usr/bin/node', ['--version']).toString();
    return Number(/^v(\d+)/.exec(version)?.[1]) < 24 ? '/usr/bin/node' : null;
  } catch {
    return null;
  }
}

describe.concurrent('segments', () => {
  it('--help lists the commands', async () => {
    const { code, out } = await run(['--help'], {});
    expect(code).toBe(0);
    for (const command of ['serve', 'migrate', 'token', 'tail', 'schema'])
      expect(out).toContain(`\n  ${command}`);
  });

  it.each(['serve', 'migrate', 'token', 'tail', 'schema'])('%s --help shows its usage', async (command) => {
    const { code, out } = await run([command, '--help'], {});
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: segments ${command}`))]);
  });

  it.each([
    [['fly'], 'Unknown command: fly.'],
    [['constructor'], 'Unknown command: constructor.'],
    [['serve', '--fast'], "Unknown option '--fast'"],
    [['token'], 'token requires one of create, list, rotate, revoke, new'],
    [['token', 'fly'], 'token requires one of create, list, rotate, revoke, new, not fly'],
    [['token', 'revoke'], 'token revoke requires one id'],
    [['token', 'rotate'], 'token rotate requires one id'],
    [['token', 'rotate', 'x', 'y'], 'token rotate requires one id'],
    [['token', 'rotate', 'x', '--overlap', '1w'], '--overlap must be minutes, hours or days, such as 30m'],
    [['token', 'create', '--name', 'API_TOKEN'], '--name must not be API_TOKEN'],
    [['token', 'create', '--account', 'a b'], '--account must have 1 to 64 characters'],
    [
      ['token', 'create', '--scopes', 'all'],
      '--scopes takes segments:read, segments:write, members:read, members:write, separated by commas, not "all"',
    ],
    [['token', 'create', '--expires', '0'], '--expires must be a whole number of days'],
  ])('%j exits with code 2 and says what is wrong', async (args, message) => {
    const { code, out, err } = await run(args, {});
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
  });

  it.skipIf(!oldNode())('says which Node.js it needs if it runs on an older one', async () => {
    const { child, said } = launch([], {}, [oldNode() ?? '', 'dist/cli.js', '--help']);
    const [code] = await once(child, 'close');
    expect([code, said.err]).toEqual([
      2,
      expect.stringMatching(/^segments-gateway needs Node\.js 24 or later; this is v\d+\.\d+\.\d+\.\n$/),
    ]);
  });

  it('schema prints schema.graphql', async () => {
    expect((await run(['schema'], {})).out).toBe(readFileSync('schema.graphql', 'utf8'));
  });

  it('schema --client prints schema.client.graphql', async () => {
    expect((await run(['schema', '--client'], {})).out).toBe(readFileSync('schema.client.graphql', 'utf8'));
  });

  it('migrates a database, and can be run again', async () => {
    const database = await makeDatabase({ template: false });
    const environment = { DATABASE_URL: database.url };
    for (const _ of [1, 2]) {
      expect(await run(['migrate'], environment)).toEqual({
        code: 0,
        out: 'The database is up to date.\n',
        err: '',
      });
    }
    await database.drop();
  });

  it('creates a token and shows it once, lists it without its secret, and revokes it', async () => {
    const database = await makeDatabase();
    const environment = { DATABASE_URL: database.url };
    const args = ['--account', 'acme', '--name', 'ci', '--scopes', 'segments:read', '--expires', '30'];
    const made = await run(['token', 'create', ...args], environment);
    expect(made.out).toMatch(/^sgw_[0-9A-Za-z]{36}\n$/);
    const [, id = ''] = /Token (\S+) of account acme/.exec(made.err) ?? [];

    const { out } = await run(['token', 'list'], environment);
    expect(out).toMatch(new RegExp(`\n${id}\tacme\tci\tsegments:read\t.*\tlive\tnever\n$`));
    expect(out).not.toContain(made.out.trim());

    expect(await run(['token', 'revoke', id], environment)).toMatchObject({
      code: 0,
      out: `Revoked ${id}.\n`,
    });
    expect((await run(['token', 'list'], environment)).out).toMatch(/revoked\tnever\n$/);
    expect(await run(['token', 'revoke', 'nobody'], environment)).toMatchObject({
      code: 1,
      err: 'There is no token nobody.\n',
    });
    await database.drop();
  });

  it('rotates a token: creates a similar one, and says when each of them ends', async () => {
    const database = await makeDatabase();
    const environment = { DATABASE_URL: database.url };
    const args = ['--account', 'acme', '--name', 'ci', '--scopes', 'segments:read', '--expires', '30'];
    const made = await run(['token', 'create', ...args], environment);
    const [, id = ''] = /Token (\S+) of account acme/.exec(made.err) ?? [];
    const rotated = await run(['token', 'rotate', id, '--overlap', '2h'], environment);
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^sgw_[0-9A-Za-z]{36}\n$/) });
    expect(rotated.err).toMatch(
      new RegExp(
        `^Token \\S+ of account acme\\. It ends \\S+Z\\. Store it now.*\nThe token ${id} ends \\S+Z\\.\n$`,
      ),
    );
    const { out } = await run(['token', 'list'], environment);
    expect(out.match(/\tacme\tci\tsegments:read\t.*\tlive\tnever$/gm)).toHaveLength(2);
    expect(await run(['token', 'rotate', 'nobody'], environment)).toMatchObject({
      code: 1,
      err: 'There is no live token nobody.\n',
    });
    await database.drop();
  });

  it('prints a new token without a database', async () => {
    expect((await run(['token', 'new'], {})).out).toMatch(/^sgw_[0-9A-Za-z]{36}\n$/);
  });
});
