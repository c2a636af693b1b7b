import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  createSegmentWebhook,
  deleteSegmentWebhook,
  listSegmentWebhooks,
} from '../../src/webhooks/resolvers.ts';
import { MAX_WEBHOOKS } from '../../src/webhooks/webhook.ts';
import { secondGateway, testGateway, type Who } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { until } from '../until.ts';
import { contextOf, create, newUrl, truncate } from './endpoints.ts';

const gateway = testGateway();

beforeEach(() => truncate(gateway));

/** Calls many times at once. Returns how many calls succeeded, and how many were refused with each code. */
async function outcomesOf(count: number, call: (i: number) => Promise<unknown>) {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, i) => patiently(() => call(i))));
  const outcomes: Record<string, number> = {};
  for (const each of settled) {
    const outcome = each.status === 'fulfilled' ? 'done' : (each.reason.code ?? String(each.reason));
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

const countOf = async (who: Who) => (await listSegmentWebhooks({}, contextOf(gateway, who))).length;

it('an account gets exactly its maximum if it creates twice as many at once', async () => {
  const [ada, bob] = await Promise.all([
    outcomesOf(2 * MAX_WEBHOOKS, () => create(gateway)),
    outcomesOf(10, () => create(gateway, {}, 'bob')),
  ]);
  expect(ada).toEqual({ done: MAX_WEBHOOKS, QUOTA_EXCEEDED: MAX_WEBHOOKS });
  expect(bob).toEqual({ done: 10 });
  expect([await countOf('ada'), await countOf('bob')]).toEqual([MAX_WEBHOOKS, 10]);
  await expect(create(gateway)).rejects.toMatchObject({
    message: 'This account is limited to 100 webhook endpoints. Delete some before you create others.',
    limit: MAX_WEBHOOKS,
  });
});

it('an account does not exceed its maximum while a creation is slow', async () => {
  const { $client: pool } = gateway.database;
  await outcomesOf(MAX_WEBHOOKS - 5, () => create(gateway));
  await pool.query(`
    create function take_time() returns trigger language plpgsql as 'begin perform pg_sleep(0.3); return null; end';
    create trigger slow after insert on webhook_endpoints execute function take_time()`);
  onTestFinished(async () => void (await pool.query('drop function take_time cascade')));
  gateway.statements.length = 0;
  const first = outcomesOf(5, () => create(gateway));
  await until(() => gateway.statements.length > 0);
  const second = outcomesOf(5, () => create(gateway));
  expect([await first, await second]).toEqual([{ done: 5 }, { QUOTA_EXCEEDED: 5 }]);
});

it('a full account can create as many as it deletes', async () => {
  await outcomesOf(MAX_WEBHOOKS, () => create(gateway));
  const some = (await listSegmentWebhooks({}, contextOf(gateway))).slice(0, 3);
  for (const { id } of some) await deleteSegmentWebhook({ id }, contextOf(gateway));
  expect(await outcomesOf(10, () => create(gateway))).toEqual({ done: 3, QUOTA_EXCEEDED: 7 });
});

it('a full account is told that a URL is taken, rather than that it is full', async () => {
  const url = newUrl();
  await create(gateway, { url });
  await outcomesOf(MAX_WEBHOOKS - 1, () => create(gateway));
  await expect(create(gateway, { url })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

it('a URL that is created many times at once gets one endpoint', async () => {
  const url = newUrl();
  expect(await outcomesOf(20, () => create(gateway, { url }))).toEqual({ done: 1, INVALID_INPUT: 19 });
  expect(await countOf('ada')).toBe(1);
});

it('a URL that several gateways create at once gets one endpoint', async () => {
  const other = await secondGateway(gateway);
  const { webhooks } = other;
  for (let i = 0; i < 10; i++) {
    const url = newUrl();
    const outcomes = await outcomesOf(10, (n) =>
      createSegmentWebhook({ url }, { ...contextOf(gateway), ...(n % 2 === 0 && { webhooks }) }),
    );
    expect(outcomes).toEqual({ done: 1, INVALID_INPUT: 9 });
  }
  expect(await countOf('ada')).toBe(10);
  await other.stop();
});

it('accounts can have endpoints with the same URL', async () => {
  const url = newUrl();
  const [ada, bob] = await Promise.all([create(gateway, { url }), create(gateway, { url }, 'bob')]);
  expect(ada.webhook.id).not.toBe(bob.webhook.id);
  expect(ada.webhook.url).toBe(bob.webhook.url);
});
