import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import { faultyProxy } from './faulty-proxy.ts';
import { line, manyNames, ndjson, transfers } from './transfers.ts';

const { started, launch, run } = transfers();

const namesIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).name);

describe.concurrent('segments export', () => {
  it('writes all segments to a file, and says how to follow what changes from then on', async ({
    expect,
  }) => {
    await using world = await started();
    await world.fill(ndjson('one', 'two'));
    const file = world.file('out.ndjson');
    const { code, out, err } = await run(['export', file], world.environment);
    expect([code, out]).toEqual([0, '']);
    const { data } = await (await world.gateway.send(SEGMENTS)).json();
    expect(readFileSync(file, 'utf8')).toBe(
      data
        .toReversed()
        .map((segment: object) => `${JSON.stringify(segment)}\n`)
        .join(''),
    );
    expect(err).toBe('Exported 2 segments. To follow what changes from then on: segments tail --after 2\n');
    expect(readdirSync(dirname(file)).toSorted()).toEqual(['in.ndjson', 'out.ndjson']);
  });

  it('writes CSV, which can be imported again and changes nothing', async ({ expect }) => {
    await using world = await started();
    const text = 'a\nb\r\n"c",\u2028=1+1';
    await world.fill(line('n', { criteria: text, description: text }));
    const file = world.file('out.csv');
    expect(await run(['export', file, '--json'], world.environment)).toMatchObject({
      code: 0,
      out: `${JSON.stringify({ file, segments: 1, event_cursor: '1' })}\n`,
    });
    expect(readFileSync(file, 'utf8')).toMatch(/^id,name,criteria,description,created_at,updated_at\r\n/);
    expect(await world.importing('out.csv')).toMatchObject({
      code: 0,
      out: '1 line: 0 created, 0 updated, 1 unchanged, 0 failed\n',
    });
  });

  it('writes to standard output, and ends quietly when nobody reads on', async ({ expect }) => {
    await using world = await started();
    await world.fill(ndjson(...manyNames(3_000)));
    const pipe = (command: string) =>
      launch([], world.environment, [
        'bash',
        '-c',
        `set -o pipefail; "${process.execPath}" dist/cli.js ${command}`,
      ]);
    const all = pipe('export | cat');
    expect(await once(all.child, 'close')).toEqual([0, null]);
    expect(namesIn(all.said.out)).toEqual(manyNames(3_000));
    const head = pipe('export - --format csv | head -1');
    expect(await once(head.child, 'close')).toEqual([0, null]);
    expect(head.said.out).toBe('id,name,criteria,description,created_at,updated_at\r\n');
    expect(head.said.err).not.toContain('EPIPE');
  });

  it('exports only segments of a name, criteria or a member', async ({ expect }) => {
    await using world = await started();
    await world.fill(
      line('one', { criteria: 'x' }) + line('two', { criteria: 'x' }) + line('two', { criteria: 'y' }),
    );
    const { data } = await (await world.gateway.send(SEGMENTS)).json();
    await world.gateway.send(`${SEGMENTS}/${data[2].id}/members/ada`, 'PUT');
    const exported = async (...args: string[]) => {
      const { out } = await run(['export', ...args], world.environment);
      return out
        .split('\n')
        .slice(0, -1)
        .map((each) => JSON.parse(each))
        .map(({ name, criteria }) => name + criteria);
    };
    expect(await exported('--name', 'two')).toEqual(['twox', 'twoy']);
    expect(await exported('--criteria', 'x')).toEqual(['onex', 'twox']);
    expect(await exported('--member', 'ada')).toEqual(['onex']);
    expect(await exported('--name', 'two', '--criteria', 'y')).toEqual(['twoy']);
  });

  it('replaces a file only if it is told to', async ({ expect }) => {
    await using world = await started();
    const file = world.file('out.ndjson', 'mine');
    expect(await run(['export', file], world.environment)).toEqual({
      code: 2,
      out: '',
      err: `${file} exists. --force replaces it.\nSee segments export --help.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await run(['export', file, '--force'], world.environment)).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('starts again if the connection is cut, except on standard output', async ({ expect }) => {
    await using world = await started();
    const names = manyNames(3_000);
    await world.fill(ndjson(...names));
    const fault = { answerBytes: 100_000, fault: 'cut' } as const;
    using proxy = await faultyProxy(world.gateway.url, fault);
    const file = world.file('out.ndjson');
    const { code, err } = await run(['export', file, '--url', proxy.url], { SEGMENTS_TOKEN: TOKEN });
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('ECONNRESET. Trying again in 1 s.\nExported 3,000 segments.'),
    ]);
    expect(namesIn(readFileSync(file, 'utf8'))).toEqual(names);

    using other = await faultyProxy(world.gateway.url, fault);
    const cut = await run(['export', '--url', other.url], { SEGMENTS_TOKEN: TOKEN });
    expect(cut).toMatchObject({ code: 1, err: expect.stringContaining('The export is not complete.') });
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'leaves no part under the name of the file after %s',
    async (signal) => {
      await using world = await started();
      await world.fill(ndjson(...manyNames(3_000)));
      using proxy = await faultyProxy(world.gateway.url, { answerBytes: 100_000, fault: 'stall' });
      const file = world.file('out.ndjson');
      const { child, said } = launch(['export', file, '--url', proxy.url], { SEGMENTS_TOKEN: TOKEN });
      const part = `${file}.${child.pid}.part`;
      await until(() => existsSync(part) && readFileSync(part).length > 0);
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
      expect(existsSync(file)).toBe(false);
      expect(existsSync(part)).toBe(signal === 'SIGKILL');
      expect(said.err.endsWith(signal === 'SIGINT' ? 'Stopped. The export is not complete.\n' : '')).toBe(
        true,
      );
    },
  );

  it('ends with a message if the gateway refuses', async ({ expect }) => {
    await using world = await started();
    const file = world.file('out.ndjson');
    const environment = { ...world.environment, SEGMENTS_TOKEN: 'wrong' };
    const { code, out, err } = await run(['export', file], environment);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining('token') });
    const long = await run(['export', file, '--member', 'x'.repeat(1_000)], world.environment);
    expect(long).toMatchObject({ code: 2, err: expect.stringMatching(/^--member must /) });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    [['a', 'b'], {}, "too many arguments for 'export'"],
    [['a'], {}, 'SEGMENTS_TOKEN must be a token with the scope segments:read.'],
    [
      ['a', '--member', 'x'],
      {},
      'SEGMENTS_TOKEN must be a token with the scope segments:read and members:read.',
    ],
    [['a', '--format', 'xml'], {}, 'Allowed choices are ndjson, csv.'],
    [['--json'], { SEGMENTS_TOKEN: TOKEN }, '--json needs a file for the segments.'],
    [['a', '--account', 'b', '--url', 'http://x'], {}, '--account cannot be combined with --url.'],
  ])('%j with %j exits with code 2 and says what is wrong', async (args, environment, message) => {
    const { code, out, err } = await run(['export', ...args], environment);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
  });
});
