import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { variablesHelp } from '../../src/config/describe.ts';
import { makeDatabase } from '../postgres.ts';
import { oldNode, processes } from '../process/gateway-process.ts';

const { launch, run } = processes();

describe.concurrent('segments', () => {
  it.each([['--help'], ['help'], []])('%s lists the commands', async (...args) => {
    const { code, out } = await run(args, {});
    expect(code).toBe(0);
    for (const command of [
      'serve',
      'migrate',
      'token',
      'config',
      'import',
      'export',
      'tail',
      'schema',
      'openapi',
      'complete',
    ])
      expect(out).toContain(`\n  ${command}`);
  });

  it.each(['--version', '-V'])('%s prints the version', async (option) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run([option], {})).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it.each([
    ['serve', '--help'],
    ['help', 'serve'],
  ])('%s %s lists the variables', async (...args) => {
    const { code, out } = await run(args, {});
    expect([code, out]).toEqual([0, expect.stringContaining(variablesHelp())]);
  });

  it.each([
    [['fly'], "unknown command 'fly'\nSee segments --help."],
    [['constructor'], "unknown command 'constructor'"],
    [['serv'], "unknown command 'serv'\n(Did you mean serve?)"],
    [['serve', '--fast'], "unknown option '--fast'\nSee segments serve --help."],
    [['serve', 'now'], "too many arguments for 'serve'"],
    [['token'], 'Usage: segments token'],
    [['token', 'lst'], "unknown command 'lst'\n(Did you mean list?)\nSee segments token --help."],
    [['token', 'list', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
    [['token', 'revoke'], "missing required argument 'id'\nSee segments token revoke --help."],
    [['token', 'rotate'], "missing required argument 'id'"],
    [['token', 'rotate', 'x', 'y'], "too many arguments for 'rotate'"],
    [
      ['token', 'rotate', 'x', '--overlap', '1w'],
      "argument '1w' is invalid. It must be minutes, hours or days, such as 30m",
    ],
    [['token', 'create', '--name', 'API_TOKEN'], "'--name <text>' argument 'API_TOKEN' is invalid"],
    [['token', 'create', '--account', 'a b'], 'It must have 1 to 64 characters'],
    [
      ['token', 'create', '--scopes', 'all'],
      'It can have segments:read, segments:write, members:read, members:write, webhooks:manage, separated by commas, not "all"',
    ],
    [['token', 'create', '--expires', '0'], 'It must be a whole number of days'],
    [['tail', '--url', 'x'], '--url must be a URL such as http://127.0.0.1:4000.\nSee segments tail --help.'],
    [['complete', 'csh'], 'Allowed choices are zsh, bash, fish, powershell'],
  ])('%j exits with code 2 and says what is wrong', async (args, message) => {
    const { code, out, err } = await run(args, {});
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
  });

  it.skipIf(!oldNode)('says which Node.js it needs if it runs on an older one', async () => {
    const { child, said } = launch([], {}, [oldNode ?? '', 'dist/cli.js', '--help']);
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
