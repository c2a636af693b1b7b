import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Json } from '../client.ts';
import { administer, makeDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { processes, type Running, SEGMENTS, TOKEN } from './gateway-process.ts';

const { serve, launch, run } = processes();

const started = async (environment = {}) => {
  const database = await makeDatabase();
  const variables = { DATABASE_URL: database.url, API_TOKEN: TOKEN, ...environment };
  return { gateway: await serve(variables), variables, ...database };
};
const create = (gateway: Running, name = 'n') =>
  gateway.send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' });
const tailing = (url: string, ...args: string[]) =>
  launch(['tail', ...args], { SEGMENTS_URL: url, SEGMENTS_TOKEN: TOKEN });
const eventsIn = (out: string): Json[] =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const ended = async ({ child, said }: ReturnType<typeof launch>) => {
  const [code] = await once(child, 'close');
  return { code, ...said };
};

describe.concurrent('segments tail', () => {
  it('prints events as REST has them, and resumes where the gateway was killed', async ({ expect }) => {
    const { gateway, variables, drop } = await started();
    await create(gateway, 'before');
    const tail = tailing(gateway.url, '--after', '0');
    await until(() => eventsIn(tail.said.out).length === 1);
    await create(gateway, 'live');
    await until(() => eventsIn(tail.said.out).length === 2);

    await gateway.end('SIGKILL');
    await until(() => tail.said.err.includes('Resuming behind 2'));
    const elsewhere = await serve(variables);
    for (const name of ['missed 1', 'missed 2']) await create(elsewhere, name);
    const again = await serve({ ...variables, PORT: new URL(gateway.url).port });
    await until(() => eventsIn(tail.said.out).length === 4);
    await again.end(); // a stop in good order ends the stream, which resumes at the next gateway
    await until(() => tail.said.err.includes('Resuming behind 4'));
    await create(elsewhere, 'missed 3');
    const last = await serve({ ...variables, PORT: new URL(gateway.url).port });
    await until(() => eventsIn(tail.said.out).length === 5);

    const log = await (await last.send('/v1/events?limit=100')).json();
    expect(eventsIn(tail.said.out)).toEqual(log.data);
    tail.child.kill('SIGINT');
    const { code, err } = await ended(tail);
    expect([code, err]).toEqual([0, expect.stringMatching(/Stopped\. Continue with --after 5\.\n$/)]);
    await Promise.all([elsewhere.end(), last.end()]);
    await drop();
  });

  it('prints only events of the types that it is told, from now on', async ({ expect }) => {
    const { gateway, drop } = await started();
    await create(gateway, 'before');
    const tail = tailing(
      gateway.url,
      '--type',
      'customer_segment.deleted',
      '--type',
      'customer_segment.updated',
    );
    await until(async () => {
      const { id } = await (await create(gateway)).json();
      await gateway.send(`${SEGMENTS}/${id}`, 'DELETE');
      return eventsIn(tail.said.out).length > 0;
    });
    expect(new Set(eventsIn(tail.said.out).map(({ type }) => type))).toEqual(
      new Set(['customer_segment.deleted']),
    );
    tail.child.kill('SIGTERM');
    expect((await ended(tail)).code).toBe(0);
    await gateway.end();
    await drop();
  });

  it('ends with a message if the gateway refuses', async ({ expect }) => {
    const { gateway, url, drop } = await started();
    const args = ['token', 'create', '--name', 'x', '--scopes'];
    const tokenWith = async (scope: string) =>
      (await run([...args, scope], { DATABASE_URL: url })).out.trim();
    const tail = (token: string, ...more: string[]) =>
      run(['tail', '--url', gateway.url, ...more], { SEGMENTS_TOKEN: token });

    const refused = (message: string, code = 1) => ({ code, out: '', err: expect.stringContaining(message) });
    expect(await tail('wrong')).toEqual(refused('token'));
    expect(await tail(await tokenWith('segments:write'))).toEqual(refused('segments:read'));
    expect(await tail(TOKEN, '--after', '7')).toEqual(refused('--after is beyond the newest event', 2));
    expect(await tail(TOKEN, '--type', 'x')).toEqual(refused('--type must be one of customer_segment.', 2));
    expect(await run(['tail', '--url', `${gateway.url}/x`], { SEGMENTS_TOKEN: TOKEN })).toEqual(
      refused('There is no resource'),
    );

    await create(gateway);
    await administer(url, 'update event_heads set pruned_to = 1');
    expect(await tail(TOKEN, '--after', '0')).toEqual(refused('has expired'));

    const short = await tokenWith('segments:read');
    const cut = launch(['tail', '--url', gateway.url, '--after', '1'], { SEGMENTS_TOKEN: short });
    await create(gateway);
    await until(() => eventsIn(cut.said.out).length === 1);
    await administer(url, `update api_tokens set revoked_at = now() where name = 'x'`);
    expect(await ended(cut)).toMatchObject({ code: 1, err: 'The token of this stream has ended.\n' });
    await gateway.end();
    await drop();
  });

  it('waits for a gateway that cannot be reached, until it is stopped', async ({ expect }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    const tail = tailing(url);
    await until(() => tail.said.err.split('Resuming').length > 2);
    tail.child.kill('SIGINT');
    const { code, out, err } = await ended(tail);
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain(`Cannot reach ${url}: ECONNREFUSED. Resuming in 1 s.\n`);
  });

  it('ends quietly when nobody reads what it prints', async ({ expect }) => {
    const { gateway, drop } = await started();
    await create(gateway);
    const tail = tailing(gateway.url, '--after', '0');
    await until(() => tail.said.out !== '');
    tail.child.stdout.destroy();
    const closed = ended(tail);
    await create(gateway);
    expect(await closed).toMatchObject({ code: 0, err: '' });
    await gateway.end();
    await drop();
  });

  it.each([
    [{}, [], 'SEGMENTS_TOKEN must be a token with the scope segments:read.'],
    [{ SEGMENTS_TOKEN: 'a b' }, [], 'SEGMENTS_TOKEN must be a token'],
    [{ SEGMENTS_TOKEN: TOKEN, SEGMENTS_URL: 'x' }, [], 'SEGMENTS_URL must be a URL such as'],
    [{ SEGMENTS_TOKEN: TOKEN }, ['--url', 'ftp://x'], '--url must be a URL such as'],
    [{ SEGMENTS_TOKEN: TOKEN }, ['--url', 'http://u:secret@x'], '--url must have no user and no password'],
    [{ SEGMENTS_TOKEN: TOKEN }, ['now'], "too many arguments for 'tail'"],
  ])('%j %j exits with code 2 and says what is wrong', async (environment, args, message) => {
    const { code, out, err } = await run(['tail', ...args], environment);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
    expect(err).not.toContain('secret');
  });
});
