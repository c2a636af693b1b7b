import { once } from 'node:events';
import { afterAll, describe, it } from 'vitest';
import { administer, makeDatabase } from '../postgres.ts';
import { seriesOf } from '../telemetry/scraped.ts';
import { until } from '../until.ts';
import { startReceiver } from '../webhooks/event-receiver.ts';
import { processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { launch, run, serve } = processes();
const receivers: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of receivers) await each.stop();
});

async function receivingDatabase() {
  const database = await makeDatabase();
  const receiver = await startReceiver();
  receivers.push(receiver);
  await administer(
    database.url,
    `insert into webhook_endpoints (account_id, id, url, cursor, secret, shows_customers)
     values ('default', 'whe_1', '${receiver.url}', 0, 'whsec_c2VjcmV0', true)`,
  );
  return { receiver, ...database };
}

const create = (gateway: Awaited<ReturnType<typeof serve>>) =>
  gateway.send(SEGMENTS, 'POST', { name: 'n', criteria: 'c', description: 'd' });

describe.concurrent('segments serve', () => {
  it('delivers webhooks', async ({ expect }) => {
    const { receiver, url, drop } = await receivingDatabase();
    const gateway = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN, WEBHOOK_ALLOW_PRIVATE: 'on' });
    await create(gateway);
    await until(() => receiver.received.length > 0);
    expect(receiver.received[0]?.headers['user-agent']).toMatch(/^segments-gateway\/\d/);
    expect(await gateway.end()).toBe(0);
    expect(await administer(url, 'select cursor::int, lease from webhook_endpoints')).toEqual([
      { cursor: 1, lease: null },
    ]);
    await drop();
  });

  it('sends nothing to private addresses unless they are allowed', async ({ expect }) => {
    const { receiver, url, drop } = await receivingDatabase();
    const gateway = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN });
    await create(gateway);
    const read = async () => (await administer(url, 'select failures, last_error from webhook_endpoints'))[0];
    await until(async () => (await read()).failures >= 1);
    expect((await read()).last_error).toMatchObject({ status: null });
    expect(receiver.received).toEqual([]);
    expect(await gateway.end()).toBe(0);
    await drop();
  });
});

describe.concurrent('segments deliver', () => {
  it('delivers for gateways that do not, and serves metrics and health', async ({ expect }) => {
    const { receiver, url, drop } = await receivingDatabase();
    const gateway = await serve({ DATABASE_URL: url, API_TOKEN: TOKEN, DELIVERIES: 'off' });
    await create(gateway);
    const environment = { DATABASE_URL: url, WEBHOOK_ALLOW_PRIVATE: 'on', ADMIN_PORT: '0' };
    const { child, said } = launch(['deliver'], environment);
    await until(() => said.out.includes('delivering webhooks'));
    await create(gateway);
    await until(() => receiver.placesAt().length === 2);
    expect(receiver.placesAt()).toEqual([1, 2]);
    const [, adminUrl] = /"adminUrl":"([^"]+)"/.exec(said.out) ?? [];
    expect((await fetch(`${adminUrl}/ready`)).status).toBe(200);
    const series = async () => seriesOf(await (await fetch(`${adminUrl}/metrics`)).text());
    await until(async () => (await series()).get('segments_webhook_endpoints{status="enabled"}') === 1);
    expect((await series()).get('segments_webhook_attempts_total{outcome="delivered"}')).toBe(2);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(said.out).toContain('"msg":"stopped"');
    expect(await gateway.end()).toBe(0);
    await drop();
  });

  it('needs DATABASE_URL', async ({ expect }) => {
    expect(await run(['deliver'], {})).toEqual({
      code: 2,
      out: '',
      err: 'DATABASE_URL must be set for `segments deliver`, which delivers for the gateways of the same database; it is not set.\n',
    });
  });
});
