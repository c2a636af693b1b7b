import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newSecret } from '../../src/webhooks/signature.ts';
import { makeDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { receiver } from '../webhooks/receiver.ts';
import { processes, type Running, SEGMENTS, TOKEN } from './gateway-process.ts';

const { serve, launch, run } = processes();
const LISTEN = ['webhooks', 'listen'];

async function started(answer: RequestListener) {
  const database = await makeDatabase();
  const gateway = await serve({ DATABASE_URL: database.url, API_TOKEN: TOKEN });
  const local = await receiver(answer);
  return {
    ...{ gateway, local, forward: `http://localhost:${local.port}/hook` },
    async stop() {
      await gateway.end();
      await local.stop();
      await database.drop();
    },
  };
}
const create = (gateway: Running, name: string) =>
  gateway.send(SEGMENTS, 'POST', { name, criteria: 'c', description: '' });
const listening = (gateway: Running, forward: string, ...args: string[]) =>
  launch([...LISTEN, '--forward', forward, ...args], { SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: TOKEN });
const lines = ({ said }: ReturnType<typeof launch>) => said.out.split('\n').slice(0, -1);

describe.concurrent('segments webhooks listen', () => {
  it('forwards events in order, signed as those of a webhook endpoint', async ({ expect }) => {
    const { gateway, local, forward, stop } = await started((_, response) => response.end('ok'));
    for (const name of ['a', 'b']) await create(gateway, name);
    const listen = listening(gateway, forward, '--after', '0');
    await until(() => lines(listen).length === 2);
    await create(gateway, 'c');
    await until(() => lines(listen).length === 3);

    const [, secret = ''] = /Signing with (whsec_\S+)\n/.exec(listen.said.err) ?? [];
    const log = await (await gateway.send('/v1/events?limit=100')).json();
    const verified = local.received.map(({ body, headers }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(verified).toEqual(
      log.data.map((event: { type: string; created_at: number }) => ({
        type: event.type,
        timestamp: new Date(event.created_at * 1000).toISOString(),
        data: event,
      })),
    );
    expect(local.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      log.data.map(({ id }: { id: string }) => id),
    );
    expect(lines(listen)[2]).toMatch(/Z {2}3 {2}customer_segment\.created {2}evt_\w+ {2}200 in \d+ ms$/);
    listen.child.kill('SIGINT');
    expect(await once(listen.child, 'close')).toEqual([0, null]);
    expect(listen.said.err).toMatch(/Stopped\. Continue with --after 3\.\n$/);
    await stop();
  });

  it('says what failed and goes on with the next event', async ({ expect }) => {
    let requests = 0;
    const { gateway, local, forward, stop } = await started((_, response) => {
      requests += 1;
      if (requests === 1) response.destroy();
      else if (requests === 2) response.writeHead(500).end('broken');
      else response.end();
    });
    for (const name of ['a', 'b', 'c', 'd']) await create(gateway, name);
    const listen = listening(gateway, forward, '--after', '0');
    await until(() => lines(listen).length === 4);
    expect(lines(listen).map((line) => line.split(/ {2}evt_\w+ {2}/)[1])).toEqual([
      expect.stringMatching(/^failed in \d+ ms {2}The connection was closed before there was an answer\.$/),
      expect.stringMatching(/^500 in \d+ ms {2}"broken"$/),
      expect.stringMatching(/^200 in/),
      expect.stringMatching(/^200 in/),
    ]);
    expect(local.received.map(({ body }) => JSON.parse(body).data.cursor)).toEqual(['1', '2', '3', '4']);
    listen.child.kill('SIGTERM');
    await once(listen.child, 'close');
    await stop();
  });

  it.each(['--secret', 'SEGMENTS_WEBHOOK_SECRET'])('does not print the secret of %s', async (by) => {
    const { gateway, local, forward, stop } = await started((_, response) => response.end());
    await create(gateway, 'a');
    const secret = newSecret();
    const byOption = by === '--secret';
    const args = ['--forward', forward, '--after', '0', ...(byOption ? [by, secret] : [])];
    const listen = launch([...LISTEN, ...args], {
      ...{ SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: TOKEN },
      SEGMENTS_WEBHOOK_SECRET: byOption ? newSecret() : secret,
    });
    await until(() => lines(listen).length === 1);
    const [{ body, headers }] = local.received as [(typeof local.received)[0]];
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
    expect(listen.said.err).toBe(`Forwarding the events of ${gateway.url} to ${forward}.\n`);
    listen.child.kill('SIGTERM');
    await once(listen.child, 'close');
    await stop();
  });

  it('stops while a receiver keeps it waiting, and that event comes again', async ({ expect }) => {
    const { gateway, local, forward, stop } = await started(() => {});
    await create(gateway, 'a');
    const listen = listening(gateway, forward, '--after', '0');
    await until(() => local.received.length === 1);
    listen.child.kill('SIGINT');
    expect(await once(listen.child, 'close')).toEqual([0, null]);
    expect([listen.said.out, listen.said.err]).toEqual(['', expect.not.stringContaining('--after')]);
    await stop();
  });

  it.each([
    [[], "required option '--forward <url>'"],
    [['--forward', 'localhost:3000'], '--forward must begin with https:// or http://'],
    [['--forward', 'http://a:b@localhost/'], '--forward must not contain a user name'],
    [['--forward', 'http://localhost/', '--secret', 'whsec_c2VjcmV0'], '--secret must be whsec_ and 24'],
  ])('with %j exits with code 2 and says what is wrong', async (args, message) => {
    const { code, out, err } = await run([...LISTEN, ...args], { SEGMENTS_TOKEN: TOKEN });
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
    expect(err).not.toContain('c2VjcmV0');
  });

  it('refuses a wrong secret of the environment without showing it', async () => {
    const environment = { SEGMENTS_TOKEN: TOKEN, SEGMENTS_WEBHOOK_SECRET: 'whsec_c2VjcmV0' };
    const { code, err } = await run([...LISTEN, '--forward', 'http://localhost/'], environment);
    expect(code).toBe(2);
    expect(err).toContain('SEGMENTS_WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64 (not shown).');
    expect(err).not.toContain('c2VjcmV0');
  });
});
