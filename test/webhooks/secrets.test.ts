import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../src/errors/refusals.ts';
import { described } from '../../src/telemetry/fault.ts';
import {
  createSegmentWebhook,
  deleteSegmentWebhook,
  getSegmentWebhook,
  listSegmentWebhookDeliveries,
  listSegmentWebhooks,
  replaySegmentWebhook,
  rotateSegmentWebhookSecret,
  testSegmentWebhook,
  updateSegmentWebhook,
} from '../../src/webhooks/resolvers.ts';
import { newWebhookId } from '../../src/webhooks/webhook-id.ts';
import { testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { contextOf, create, newUrl, setRow, storedRow, writeEvents } from './endpoints.ts';
import { storeDeliveries } from './stored-deliveries.ts';

const gateway = testGateway();
const context = () => contextOf(gateway);
const DAY_MS = 24 * 60 * 60 * 1_000;
let id: string;
let secret: string;

const rotate = () => patiently(() => rotateSegmentWebhookSecret({ id }, context()));
const targetOf = () => gateway.webhooks.target({ accountId: 'ada', id });

beforeAll(() => writeEvents(gateway, 3));
beforeEach(async () => {
  const created = await create(gateway);
  ({ id } = created.webhook);
  ({ secret } = created);
});

describe('Rotating a secret', () => {
  it('returns a new one, and the previous one also signs for 24 hours', async () => {
    const { webhook, secret: next } = await rotate();
    expect(next).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(next).not.toBe(secret);
    expect(await targetOf()).toMatchObject({ secrets: [next, secret] });
    const until = webhook.previousSecretUntil?.getTime() ?? 0;
    expect(Math.abs(until - Date.now() - DAY_MS)).toBeLessThan(60_000);
    expect(await getSegmentWebhook({ id }, context())).toEqual(webhook);
  });

  it('lets the previous secret end', async () => {
    const { secret: next } = await rotate();
    await setRow(gateway, id, 'previous_secret_until = now()');
    expect(await targetOf()).toMatchObject({ secrets: [next] });
    expect(await getSegmentWebhook({ id }, context())).toMatchObject({ previousSecretUntil: null });
  });

  it('drops the oldest secret if it is done again within that time', async () => {
    const second = await rotate();
    const third = await rotate();
    expect(await targetOf()).toMatchObject({ secrets: [third.secret, second.secret] });
    const row = await storedRow(gateway, id);
    expect(Object.values(row)).not.toContain(secret);
  });

  it('keeps the last two if it is done many times at once', async () => {
    const rotated = await Promise.all(Array.from({ length: 5 }, rotate));
    const secrets = new Set(rotated.map((each) => each.secret));
    expect(secrets.size).toBe(5);
    const target = await targetOf();
    expect(target?.secrets).toHaveLength(2);
    for (const each of target?.secrets ?? []) expect(secrets).toContain(each);
  });

  it('leaves the rest of the endpoint as it is, also an attempt in flight', async () => {
    await setRow(gateway, id, `failures = 3, lease = 'l'`);
    const {
      secret: _,
      previous_secret: __,
      previous_secret_until: ___,
      ...before
    } = await storedRow(gateway, id);
    await rotate();
    expect(await storedRow(gateway, id)).toMatchObject(before);
  });

  it('is refused for an endpoint that does not exist', async () => {
    for (const absent of [newWebhookId(), 'whe_1']) {
      await expect(rotateSegmentWebhookSecret({ id: absent }, context())).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
  });
});

it('nothing else returns, throws or logs a secret', async () => {
  const { secret: next } = await rotate();
  await setRow(gateway, id, 'cursor = 2');
  await storeDeliveries(gateway, 'ada', id, [{ n: 1 }, { n: 2, status: 'FAILED' }]);
  const outputs: unknown[] = [];
  const note = async (call: () => Promise<unknown> | unknown) => {
    try {
      outputs.push(await call());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outputs.push(error, error.message, error.stack, described(error.cause)); // the last as it is logged
    }
  };
  const stored = await storedRow(gateway, id);
  const { url } = stored;
  await note(() => listSegmentWebhooks({}, context()));
  await note(() => getSegmentWebhook({ id }, context()));
  await note(() => createSegmentWebhook({ url }, context()));
  await note(() => updateSegmentWebhook({ id, url: newUrl(), types: null, status: 'DISABLED' }, context()));
  await note(() => updateSegmentWebhook({ id, status: 'ENABLED' }, context()));
  await note(() => replaySegmentWebhook({ id, after: '1' }, context()));
  await note(() => replaySegmentWebhook({ id, after: '3' }, context()));
  await note(() => listSegmentWebhookDeliveries({ webhookId: id }, context()));
  await setRow(gateway, id, `url = 'http://127.0.0.1:1/'`);
  await note(() => testSegmentWebhook({ id }, context()));
  // A statement that fails, with the secret among its values
  await gateway.database.$client.query(
    'alter table webhook_endpoints add constraint no check (false) not valid',
  );
  await note(() => createSegmentWebhook({ url: newUrl() }, context()));
  await note(() => rotateSegmentWebhookSecret({ id }, context()));
  await gateway.database.$client.query('alter table webhook_endpoints drop constraint no');
  await note(() => deleteSegmentWebhook({ id }, context()));
  expect(outputs).toHaveLength(8 + 4 * 4); // four calls are refused

  const text = JSON.stringify([outputs, gateway.logged]);
  for (const each of [secret, next, stored.secret, stored.previous_secret]) {
    expect(each).toMatch(/^whsec_/);
    expect(text).not.toContain(each);
    expect(text).not.toContain(each.slice('whsec_'.length, -4));
  }
  expect(text).not.toContain('whsec_');
});
