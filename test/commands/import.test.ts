import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { administer } from '../postgres.ts';
import { SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { hasScript, onTerminal } from '../process/terminal.ts';
import { until } from '../until.ts';
import { faultyProxy } from './faulty-proxy.ts';
import { line, manyNames, ndjson, transfers } from './transfers.ts';

const { started, serve, launch, run } = transfers();

describe('An import that is interrupted in the middle', () => {
  const names = manyNames(20_000);
  const DONE = '20,000 lines: 20,000 created, 0 updated, 0 unchanged, 0 failed\n';

  /** Begins an import through a proxy that stops in the middle of the file, and waits until lines of it are done. */
  async function begun() {
    const world = await started();
    const file = world.file('a.ndjson', ndjson(...names));
    const proxy = await faultyProxy(world.gateway.url, { requestBytes: 500_000, fault: 'stall' });
    const environment = { ...world.environment, SEGMENTS_URL: proxy.url };
    const { child, said } = launch(['import', file], environment);
    await until(world.hasBegun);
    return { world, proxy, file, environment, child, said, ended: once(child, 'close') };
  }

  it.each([
    ['SIGKILL', ''],
    ['SIGINT', 'Stopped. The same command continues the import.\n'],
  ] as const)('by %s continues with the same command, and doubles nothing', async (signal, hint) => {
    const { world, proxy, file, environment, child, said, ended } = await begun();
    child.kill(signal);
    await ended;
    expect([said.out, said.err.endsWith(hint)]).toEqual(['', true]);

    const { code, out, err } = await run(['import', file], environment);
    expect([code, out]).toEqual([0, DONE]);
    expect(err).toMatch(/^Continuing the import of \S+Z\.\n/);
    expect(await world.names()).toEqual(names);
    expect(existsSync(`${file}.import.json`)).toBe(false);
    proxy[Symbol.dispose]();
    await world[Symbol.asyncDispose]();
  });

  it('because its gateway was killed continues by itself, and doubles nothing', async () => {
    const { world, proxy, said, ended } = await begun();
    await world.gateway.end('SIGKILL');
    await until(() => said.err.includes('Trying again'));
    const again = await serve({ ...world.variables, PORT: new URL(world.gateway.url).port });
    expect([await ended, said.out]).toEqual([[0, null], DONE]);
    expect(await world.names()).toEqual(names);
    await again.end();
    proxy[Symbol.dispose]();
    await world[Symbol.asyncDispose]();
  });
});

describe.concurrent('segments import', () => {
  it('creates a segment for each line, and replaces those whose id a line has', async ({ expect }) => {
    await using world = await started();
    world.file('a.ndjson', ndjson('one', 'two'));
    expect(await world.importing('a.ndjson')).toEqual({
      code: 0,
      out: '2 lines: 2 created, 0 updated, 0 unchanged, 0 failed\n',
      err: '',
    });
    const { data } = await (await world.gateway.send(SEGMENTS)).json();
    world.file('b.jsonl', `${JSON.stringify({ ...data[0], name: 'two again' })}\n${JSON.stringify(data[1])}`);
    expect(await world.importing('b.jsonl', '--json')).toEqual({
      code: 0,
      out: `${JSON.stringify({ created: 0, updated: 1, unchanged: 1, failed: 0, complete: true, dry_run: false, failures: null })}\n`,
      err: '',
    });
    expect(await world.names()).toEqual(['one', 'two again']);
    expect(existsSync(world.file('a.ndjson.import.json'))).toBe(false);
  });

  it('writes records of CSV that failed as they were to a file that can be corrected and imported', async ({
    expect,
  }) => {
    await using world = await started();
    const header = 'description,"name",criteria\r\n';
    const wrong = '"two ""lines""\r\nof text","",c\r\n';
    world.file('a.csv', `\n${header}"a\nb",one,c\r\n${wrong},three,c\n,,x\n`);
    const { code, out, err } = await world.importing('a.csv');
    expect([code, out]).toEqual([1, '4 lines: 2 created, 0 updated, 0 unchanged, 2 failed\n']);
    expect(err).toMatch(
      /^Line 5: name must .*\.\nLine 8: name must .*\.\n2 lines failed\. Correct and import .*a\.failures\.csv\.\n$/,
    );
    const failures = world.file('a.failures.csv');
    expect(readFileSync(failures, 'utf8')).toBe(`${header}${wrong},,x\n`);

    writeFileSync(
      failures,
      readFileSync(failures, 'utf8').replace('"",c', 'two,c').replace(',,x', ',four,x'),
    );
    expect(await world.importing('a.failures.csv')).toMatchObject({ code: 0, err: '' });
    expect(await world.names()).toEqual(['four', 'one', 'three', 'two']);
    expect(existsSync(world.file('a.failures.failures.csv'))).toBe(false);
  });

  it('prints the first reasons, and writes all lines that failed where it is told', async ({ expect }) => {
    await using world = await started();
    const lines = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? line(`n${i}`) : `{"name": ${i}\n`));
    world.file('a.ndjson', `${lines.join('')}\n\u001b[2J`);
    const failures = world.file('wrong.txt');
    const { code, err } = await world.importing('a.ndjson', '--failures', failures);
    expect(code).toBe(1);
    expect(err.split('\n').filter((each) => each.startsWith('Line '))).toHaveLength(20);
    expect(err).toContain('1 more line failed.\n21 lines failed.');
    expect(err).not.toContain('\u001b');
    expect(readFileSync(failures, 'utf8')).toBe(`${lines.filter((_, i) => i % 3 !== 0).join('')}\u001b[2J`);
  });

  it('stops at a line that fails if it is told so, and continues when the line is corrected', async ({
    expect,
  }) => {
    await using world = await started();
    const file = world.file('a.ndjson', ndjson('one', '', 'three'));
    const { code, out, err } = await world.importing('a.ndjson', '--on-error', 'stop');
    expect([code, out]).toEqual([1, expect.stringContaining('1 failed\n')]);
    expect(err).toContain(
      `1 line failed. The import stopped there. Correct ${file}. The same command continues`,
    );
    expect(existsSync(world.file('a.failures.ndjson'))).toBe(false);

    world.file('a.ndjson', ndjson('one', 'two', 'three'));
    const again = await world.importing('a.ndjson', '--on-error', 'stop');
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('3 lines: 3 created') });
    expect(again.err).toContain('a.ndjson has changed since then: only lines that failed may be different.');
    expect(await world.names()).toEqual(['one', 'three', 'two']);
  });

  it('writes nothing in a dry run', async ({ expect }) => {
    await using world = await started();
    world.file('a.ndjson', ndjson('one', ''));
    expect(await world.importing('a.ndjson', '--dry-run')).toEqual({
      code: 1,
      out: 'Nothing was written. 2 lines: 1 created, 0 updated, 0 unchanged, 1 failed\n',
      err: expect.stringMatching(/^Line 2: .*\n1 line failed\.\n$/),
    });
    expect(await world.names()).toEqual([]);
    expect(existsSync(world.file('a.failures.ndjson'))).toBe(false);
    expect(existsSync(world.file('a.ndjson.import.json'))).toBe(false);
  });

  it('reads standard input', async ({ expect }) => {
    await using world = await started();
    const file = world.file('a', 'name,criteria,description\none,c,\n,c,\n');
    const command = `"${process.execPath}" dist/cli.js import - --format csv < "${file}"`;
    const { child, said } = launch([], world.environment, ['sh', '-c', command]);
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said.out).toBe('2 lines: 1 created, 0 updated, 0 unchanged, 1 failed\n');
    expect(said.err).toMatch(/^Line 3: name .*\n1 line failed\.\n$/m);
  });

  it('works directly on the database, in one account and with a token that ends', async ({ expect }) => {
    await using world = await started();
    const database = { DATABASE_URL: world.url };
    world.file('a.ndjson', ndjson('one', 'two'));
    await world.importing('a.ndjson');
    const copy = world.file('copy.csv');
    expect(await run(['export', copy, '--account', 'default'], database)).toMatchObject({ code: 0 });
    writeFileSync(copy, readFileSync(copy, 'utf8').replace('two', 'three'));
    expect(await run(['import', copy, '--account', 'other'], database)).toEqual({
      code: 0,
      out: '2 lines: 2 created, 0 updated, 0 unchanged, 0 failed\n',
      err: '',
    });
    const rows = await administer(world.url, 'select account_id, name from segments order by 1, 2');
    expect(rows.map(({ account_id, name }) => `${account_id} ${name}`)).toEqual([
      'default one',
      'default two',
      'other one',
      'other three',
    ]);
    const { out } = await run(['token', 'list'], database);
    expect(out).toMatch(/\tdefault\tsegments export\tsegments:read\t.*\trevoked\t/);
    expect(out).toMatch(/\tother\tsegments import\tsegments:write\t.*\trevoked\t/);
  });

  it('does not continue an import that cannot be continued, unless it is told to begin anew', async ({
    expect,
  }) => {
    await using world = await started();
    const file = world.file('a.ndjson', ndjson('one'));
    const keep = (kept: object) =>
      writeFileSync(
        `${file}.import.json`,
        JSON.stringify({
          ...{
            key: 'k',
            size: 1,
            modified: '',
            into: world.gateway.url,
            started_at: '2026-11-01T00:00:00.000Z',
          },
          ...kept,
        }),
      );
    const refused = (message: string) => ({ code: 1, out: '', err: expect.stringContaining(message) });
    keep({});
    expect(await world.importing('a.ndjson')).toEqual(refused('its key has expired'));
    keep({ into: 'http://elsewhere' });
    expect(await world.importing('a.ndjson')).toEqual(refused('is of an import into http://elsewhere.'));
    keep({ key: 7 });
    expect(await world.importing('a.ndjson')).toEqual(refused('is not the file of an import.'));
    expect(await world.names()).toEqual([]);
    expect(await world.importing('a.ndjson', '--new')).toMatchObject({ code: 0, err: '' });
  });

  it.skipIf(process.platform !== 'linux')('prints its key if it cannot keep it', async ({ expect }) => {
    await using world = await started();
    const failures = world.file('failures.ndjson');
    const args = ['import', '/proc/version', '--failures', failures];
    const { code, err } = await run(args, world.environment);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^Cannot write \/proc\/version\.import\.json\. To continue this import later, add --key \S+\.\n/,
    );
    expect(readFileSync(failures, 'utf8')).toBe(readFileSync('/proc/version', 'utf8'));
  });

  it('waits for a gateway that cannot be reached, and continues after Ctrl-C', async ({ expect }) => {
    await using world = await started();
    const file = world.file('a.ndjson', ndjson('one'));
    await world.gateway.end();
    const { child, said } = launch(['import', file], world.environment);
    await until(() => said.err.split('Trying again').length > 2);
    const ended = once(child, 'close');
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    expect(said.out).toBe('');
    expect(said.err).toContain(`Cannot reach ${world.gateway.url}: ECONNREFUSED. Trying again in 1 s.\n`);
    expect(said.err).toMatch(/\nStopped\. The same command continues the import\.\n$/);
    const again = await serve({ ...world.variables, PORT: new URL(world.gateway.url).port });
    expect(await world.importing('a.ndjson')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^Continuing the import of/),
    });
    await again.end();
  });

  it('ends with a message if the gateway refuses the file or the token', async ({ expect }) => {
    await using world = await started();
    const file = world.file('a.csv', 'name,colour\n');
    const { SEGMENTS_URL } = world.environment;
    const refused = (message: string) => ({ code: 1, out: '', err: expect.stringContaining(message) });
    expect(await run(['import', file], world.environment)).toEqual(refused('Line 1: '));
    expect(await run(['import', file], { SEGMENTS_URL, SEGMENTS_TOKEN: 'wrong' })).toEqual(refused('token'));
    const args = ['token', 'create', '--scopes', 'segments:read'];
    const SEGMENTS_TOKEN = (await run(args, { DATABASE_URL: world.url })).out.trim();
    expect(await run(['import', file], { SEGMENTS_URL, SEGMENTS_TOKEN })).toEqual(refused('segments:write'));
    expect(existsSync(`${file}.import.json`)).toBe(false);
    const wrongKey = await run(['import', file, '--key', 'a\tb'], world.environment);
    expect(wrongKey).toEqual({ code: 2, out: '', err: expect.stringMatching(/^--key must /) });
  });

  it.skipIf(!hasScript())('shows a bar on a terminal', async ({ expect }) => {
    await using world = await started();
    const file = world.file('a.ndjson', ndjson(...manyNames(2_000)));
    const { child, said } = launch([], { ...world.environment, TERM: 'xterm' }, onTerminal(`import ${file}`));
    await once(child, 'close');
    expect(said.out).toMatch(/[█░]{40} \d+ %/);
    expect(said.out).toMatch(/2,000 lines: 2,000 created, 0 updated, 0 unchanged, 0 failed\r\n$/);
  });

  it.each([
    [[], {}, "missing required argument 'file'"],
    [['package.json'], {}, 'SEGMENTS_TOKEN must be a token with the scope segments:write.'],
    [['package.json', '--url', 'x'], {}, '--url must be a URL such as'],
    [['package.json', '--account', 'a b'], {}, 'It must have 1 to 64 characters'],
    [['package.json', '--account', 'a', '--url', 'http://x'], {}, '--account cannot be combined with --url.'],
    [
      ['nowhere.csv'],
      { SEGMENTS_TOKEN: TOKEN },
      'There is no file nowhere.csv.\nSee segments import --help.',
    ],
    [['src'], { SEGMENTS_TOKEN: TOKEN }, 'src is a folder.'],
    [['package.json', '--format', 'xml'], {}, 'Allowed choices are ndjson, csv.'],
    [['package.json', '--on-error', 'x'], {}, 'Allowed choices are continue, stop.'],
    [['-', '--failures', 'x'], {}, '--failures needs a file to import'],
    [['package.json', '--failures', './package.json'], {}, '--failures must be another file'],
    [['package.json', '--key', 'k', '--new'], {}, '--new cannot be combined with --key.'],
  ])('%j with %j exits with code 2 and says what is wrong', async (args, environment, message) => {
    const { code, out, err } = await run(['import', ...args], environment);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
  });
});
