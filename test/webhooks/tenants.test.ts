import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
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
import { contextOf, create, newUrl, setRow, storedRow, writeEvents } from './endpoints.ts';
import { recorder } from './recorder.ts';
import { storeDeliveries } from './stored-deliveries.ts';

const gateway = testGateway();
const receiver = recorder(({ answer }) => answer.end());
const asBob = () => contextOf(gateway, 'bob');
let id: string;

beforeAll(async () => {
  await writeEvents(gateway, 5);
  await writeEvents(gateway, 2, 'bob');
  ({
    webhook: { id },
  } = await create(gateway, { url: receiver.url }));
  await storeDeliveries(gateway, 'ada', id, [{ n: 1 }, { n: 2, status: 'FAILED' }]);
});

describe('an endpoint of another account', () => {
  const attempts: [string, (id: string) => Promise<unknown>][] = [
    ['changed', (id) => updateSegmentWebhook({ id, url: newUrl() }, asBob())],
    ['enabled', (id) => updateSegmentWebhook({ id, status: 'ENABLED' }, asBob())],
    ['deleted', (id) => deleteSegmentWebhook({ id }, asBob())],
    ['given a new secret', (id) => rotateSegmentWebhookSecret({ id }, asBob())],
    ['tested', (id) => testSegmentWebhook({ id }, asBob())],
    ['sent events again', (id) => replaySegmentWebhook({ id, after: '1' }, asBob())],
  ];

  it.each(attempts)('cannot be %s, and does not seem to exist', async (_, attempt) => {
    const absent = newWebhookId();
    const before = await storedRow(gateway, id);
    const refusalOf = (of: string) =>
      attempt(of).then(
        () => 'done',
        ({ code, message }) => ({ code, message }),
      );
    const refusal = await refusalOf(id);
    expect(refusal).toMatchObject({ code: 'NOT_FOUND' });
    expect(JSON.stringify(refusal).replace(id, absent)).toEqual(JSON.stringify(await refusalOf(absent)));
    expect(await storedRow(gateway, id)).toEqual(before);
    expect(receiver.received).toEqual([]);
  });

  it('cannot be read, and neither can its deliveries', async () => {
    expect(await getSegmentWebhook({ id }, asBob())).toBeNull();
    expect(await listSegmentWebhooks({}, asBob())).toEqual([]);
    for (const status of [null, 'DELIVERED', 'FAILED'] as const) {
      const page = { webhookId: id, status };
      for (const size of [{ first: 10 }, { last: 10 }, { first: 100 }]) {
        const ofBob = await listSegmentWebhookDeliveries({ ...page, ...size }, asBob());
        expect([ofBob.deliveries, await ofBob.hasNext(), await ofBob.hasPrevious()]).toEqual([
          [],
          false,
          false,
        ]);
      }
    }
    const ofAda = await listSegmentWebhookDeliveries({ webhookId: id }, contextOf(gateway));
    expect(ofAda.deliveries).toHaveLength(2);
  });

  it('has a URL that can be used without noticing', async () => {
    const { webhook } = await create(gateway, { url: receiver.url }, 'bob');
    expect(webhook).toMatchObject({ url: receiver.url, cursor: 2, head: 2 });
    const other = newUrl();
    await updateSegmentWebhook({ id: webhook.id, url: other }, asBob());
    await updateSegmentWebhook({ id: webhook.id, url: receiver.url }, asBob());
    await deleteSegmentWebhook({ id: webhook.id }, asBob());
    expect(await getSegmentWebhook({ id }, contextOf(gateway))).toMatchObject({ url: receiver.url, head: 5 });
  });
});

it('a replay is limited by the log of its own account', async () => {
  const { webhook } = await create(gateway, {}, 'bob');
  await expect(
    replaySegmentWebhook({ id: webhook.id, after: '1', until: '4' }, asBob()),
  ).rejects.toMatchObject({ code: 'INVALID_INPUT', issues: [{ param: 'until' }] });
  await deleteSegmentWebhook({ id: webhook.id }, asBob());
});

it('each of two accounts only gets and changes its own, however their calls are mixed in one batch', async () => {
  const ids = { ada: [] as string[], bob: [] as string[] };
  for (const who of ['ada', 'bob'] as const) {
    for (let i = 0; i < 4; i++) {
      const { webhook } = await create(gateway, {}, who);
      await storeDeliveries(gateway, who, webhook.id, [{ n: i + 1 }]);
      await setRow(gateway, webhook.id, `types = '["SEGMENT_DELETED"]'`);
      ids[who].push(webhook.id);
    }
  }
  const call = fc.record({
    who: fc.constantFrom('ada' as const, 'bob' as const),
    whose: fc.constantFrom('ada' as const, 'bob' as const),
    i: fc.nat(3),
    kind: fc.constantFrom('get', 'list', 'deliveries', 'target', 'update', 'rotate'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 40 }), async (calls) => {
      await Promise.all(
        calls.map(async ({ who, whose, i, kind }) => {
          const key = { accountId: who, id: ids[whose][i] ?? '' };
          const { webhooks } = gateway;
          const expected = who === whose ? key.id : null;
          if (kind === 'list') {
            const all = (await webhooks.list({ accountId: who })).map(({ id }) => id);
            expect(all.includes(key.id)).toBe(expected !== null);
          } else if (kind === 'deliveries') {
            const window = { accountId: who, webhookId: key.id, backward: false, size: 5 };
            const { deliveries } = await webhooks.deliveries(window);
            expect(deliveries.map(({ n }) => n)).toEqual(expected ? [i + 1] : []);
          } else if (kind === 'target') {
            expect((await webhooks.target(key)) === null).toBe(expected === null);
          } else if (kind === 'update') {
            const updated = await webhooks.update({ ...key, showsCustomers: false, isEnabled: true });
            expect(updated && 'webhook' in updated ? updated.webhook.id : null).toBe(expected);
          } else if (kind === 'rotate') {
            expect((await webhooks.rotate({ ...key, secret: `whsec_${who}` }))?.id ?? null).toBe(expected);
          } else {
            expect((await webhooks.get(key))?.id ?? null).toBe(expected);
          }
        }),
      );
    }),
    { numRuns: 50, seed: 17 },
  );
  for (const who of ['ada', 'bob'] as const) {
    for (const each of ids[who]) {
      const row = await storedRow(gateway, each);
      const secrets = [row.secret, row.previous_secret];
      expect(secrets).not.toContain(`whsec_${who === 'ada' ? 'bob' : 'ada'}`);
    }
  }
});
