import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateSegmentWebhookSecret, testSegmentWebhook } from '../../src/webhooks/resolvers.ts';
import { newWebhookId } from '../../src/webhooks/webhook-id.ts';
import { testGateway, type Who } from '../harness.ts';
import { until } from '../until.ts';
import { contextOf, create, setRow, storedRow } from './endpoints.ts';
import { recorder } from './recorder.ts';

const gateway = testGateway();
let isSilent = false;
const receiver = recorder(({ answer }) => {
  if (!isSilent) answer.writeHead(418).end('I am a teapot');
});
const urlOf = (name: string) => `${receiver.url}${name}`;
const test = (id: string, given: object = {}, who: Who = 'ada') =>
  testSegmentWebhook({ id }, { ...contextOf(gateway, who), ...given });

const signature = (secret: string, { headers, body }: (typeof receiver.received)[number]) =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')}`;

beforeEach(() => {
  receiver.received.length = 0;
});
afterEach(async () => {
  for (const { answer } of receiver.received) answer.end();
  isSilent = false;
  await until(() => gateway.tests.count() === 0);
  await gateway.database.$client.query('truncate webhook_endpoints');
});

it('sends a signed message, and returns what came of it', async () => {
  const { webhook, secret } = await create(gateway, { url: urlOf('a') });
  const before = await storedRow(gateway, webhook.id);
  const attempt = await test(webhook.id);
  expect(attempt).toEqual({
    at: expect.any(Number),
    ms: expect.any(Number),
    status: 418,
    error: null,
    body: 'I am a teapot',
  });
  const [request] = receiver.received;
  if (!request) throw new Error('Nothing was received.');
  expect(request.method).toBe('POST');
  expect(JSON.parse(request.body)).toEqual({
    type: 'webhook_endpoint.test',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    data: { webhook_endpoint_id: webhook.id },
  });
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': expect.stringMatching(/^msg_[0-9A-Za-z]{22}$/),
    'webhook-signature': signature(secret, request),
  });
  expect(Math.abs(Number(request.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
  expect(await storedRow(gateway, webhook.id), 'nothing is stored').toEqual(before);
  expect((await gateway.database.$client.query('select from webhook_deliveries')).rowCount).toBe(0);
});

it('is signed with both secrets for 24 hours after a rotation', async () => {
  const { webhook, secret } = await create(gateway, { url: urlOf('a') });
  const rotated = await rotateSegmentWebhookSecret({ id: webhook.id }, contextOf(gateway));
  await test(webhook.id);
  await setRow(gateway, webhook.id, `previous_secret_until = now() - interval '1 second'`);
  await test(webhook.id);
  const [during, after] = receiver.received;
  if (!during || !after) throw new Error('Too little was received.');
  expect(during.headers['webhook-signature']).toBe(
    `${signature(rotated.secret, during)} ${signature(secret, during)}`,
  );
  expect(after.headers['webhook-signature']).toBe(signature(rotated.secret, after));
});

it('returns that there was no answer', async () => {
  const { webhook } = await create(gateway, { url: 'http://127.0.0.1:1/' });
  expect(await test(webhook.id)).toMatchObject({ status: null, error: expect.any(String), body: null });
});

it('gives up its place before it waits, and stops when its caller is gone', async () => {
  isSilent = true;
  const { webhook } = await create(gateway, { url: urlOf('a') });
  let hasPlace = true;
  let leave = () => {};
  const testing = test(webhook.id, {
    leavePlace: () => {
      hasPlace = false;
    },
    onGone: (listener: () => void) => {
      leave = listener;
    },
  });
  testing.catch(() => {});
  await until(() => receiver.received.length === 1);
  expect(hasPlace).toBe(false);
  const closed = new Promise((resolve) => receiver.received[0]?.answer.once('close', resolve));
  leave();
  await expect(testing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await closed;
});

it('an account can only have one test in progress', async () => {
  isSilent = true;
  const { webhook } = await create(gateway, { url: urlOf('a') });
  const other = await create(gateway, { url: urlOf('b') }, 'bob');
  const first = test(webhook.id);
  await until(() => receiver.received.length === 1);
  await expect(test(webhook.id)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    headers: { 'retry-after': '5' },
  });
  const second = test(other.webhook.id, {}, 'bob');
  await until(() => receiver.received.length === 2);
  for (const { answer } of receiver.received) answer.end('done');
  expect(await Promise.all([first, second])).toMatchObject([{ body: 'done' }, { body: 'done' }]);
  isSilent = false;
  expect(await test(webhook.id)).toMatchObject({ status: 418 });
});

it('all accounts together can have 20 tests in progress', async () => {
  const ends = Array.from({ length: 20 }, (_, i) => gateway.tests.begin(`account ${i}`));
  const { webhook } = await create(gateway, { url: urlOf('a') });
  await expect(test(webhook.id)).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not_applied' });
  for (const end of ends) end();
  expect(await test(webhook.id)).toMatchObject({ status: 418 });
});

it('is refused for an endpoint that does not exist', async () => {
  for (const id of [newWebhookId(), 'whe_1']) {
    await expect(test(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});
