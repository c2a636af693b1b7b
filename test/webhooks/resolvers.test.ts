import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSegmentWebhook,
  deleteSegmentWebhook,
  getSegmentWebhook,
  listSegmentWebhooks,
  updateSegmentWebhook,
} from '../../src/webhooks/resolvers.ts';
import { newWebhookId } from '../../src/webhooks/webhook-id.ts';
import { eventHead, testGateway, viewers } from '../harness.ts';
import { contextOf, create, newUrl, setRow, storedRow, truncate, writeEvents } from './endpoints.ts';

const gateway = testGateway();
const context = () => contextOf(gateway);
/** The context of a caller who can do everything but read members. */
const withoutMembers = () => ({
  ...context(),
  viewer: { ...viewers.ada, scopes: viewers.ada.scopes.difference(new Set(['members:read'])) },
});
const get = (id: string) => getSegmentWebhook({ id }, context());
const update = (input: Parameters<typeof updateSegmentWebhook>[0]) => updateSegmentWebhook(input, context());
const ABSENT = newWebhookId();

beforeEach(() => truncate(gateway));

describe('Creating', () => {
  it('returns an endpoint of all types that begins after the newest event, and its secret', async () => {
    await writeEvents(gateway, 2);
    const head = await eventHead(gateway, 'ada');
    const { webhook, secret } = await createSegmentWebhook({ url: 'https://Example.com:443' }, context());
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      id: expect.stringMatching(/^whe_[0-9A-Za-z]{22}$/),
      url: 'https://example.com/',
      types: null,
      createdAt: expect.any(Date),
      isEnabled: true,
      isFailing: false,
      cursor: head,
      head,
      replay: null,
      lastError: null,
      nextAttemptAt: null,
      previousSecretUntil: null,
    });
    expect(Math.abs(webhook.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await get(webhook.id)).toEqual(webhook);
  });

  it('begins at 0 if the account has no events', async () => {
    const { webhook } = await create(gateway, {}, 'bob');
    expect([webhook.cursor, webhook.head]).toEqual([0, 0]);
  });

  it('keeps each type once, in the order of the documentation', async () => {
    const types = ['SEGMENT_DELETED', 'SEGMENT_CREATED', 'SEGMENT_DELETED'] as const;
    const { webhook } = await create(gateway, { types: [...types] });
    expect(webhook.types).toEqual(['SEGMENT_CREATED', 'SEGMENT_DELETED']);
  });

  it('shows customers if the caller can read members', async () => {
    const shown = await create(gateway);
    const hidden = await createSegmentWebhook({ url: newUrl() }, withoutMembers());
    expect((await storedRow(gateway, shown.webhook.id)).shows_customers).toBe(true);
    expect((await storedRow(gateway, hidden.webhook.id)).shows_customers).toBe(false);
  });

  it('refuses a URL that cannot be a destination', async () => {
    await expect(createSegmentWebhook({ url: 'nothing' }, context())).rejects.toMatchObject({
      issues: [{ param: 'url', message: 'must begin with https:// or http://' }],
    });
  });

  it('refuses the URL of another endpoint, however it is spelt, and names that endpoint', async () => {
    const { webhook } = await create(gateway, { url: 'https://example.com/%C3%A9' });
    await expect(createSegmentWebhook({ url: 'https://EXAMPLE.com/é' }, context())).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ param: 'url', message: `is already the URL of the webhook endpoint ${webhook.id}` }],
    });
  });

  it('needs the scope webhooks:manage', async () => {
    await expect(create(gateway, {}, 'writer')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(listSegmentWebhooks({}, gateway.context('reader'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('Reading', () => {
  it('lists the endpoints of the account, oldest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { webhook } = await create(gateway);
      await setRow(gateway, webhook.id, `created_at = now() + interval '${i} seconds'`);
      ids.push(webhook.id);
    }
    expect((await listSegmentWebhooks({}, context())).map(({ id }) => id)).toEqual(ids);
    expect(await listSegmentWebhooks({}, gateway.context('bob'))).toEqual([]);
  });

  it('returns null for an id that no endpoint has, or can have', async () => {
    for (const id of [ABSENT, '', 'whe_', 'a\u0000b']) expect(await get(id)).toBeNull();
  });

  it('shows how far the endpoint is behind the log, and why', async () => {
    const { webhook } = await create(gateway);
    await writeEvents(gateway, 3);
    const attempt = { at: 1, ms: 2, status: 500, error: null, body: 'no' };
    await setRow(
      gateway,
      webhook.id,
      `failures = 2, is_failing = true, last_error = '${JSON.stringify(attempt)}', next_attempt_at = '2100-01-01T00:00:00Z'`,
    );
    const head = await eventHead(gateway, 'ada');
    expect(await get(webhook.id)).toMatchObject({
      cursor: head - 3,
      head,
      isFailing: true,
      lastError: attempt,
      nextAttemptAt: new Date('2100-01-01T00:00:00Z'),
    });
    expect((await listSegmentWebhooks({}, context()))[0]).toEqual(await get(webhook.id));
  });

  it('shows no next attempt of a disabled endpoint', async () => {
    const { webhook } = await create(gateway);
    await setRow(gateway, webhook.id, 'failures = 2, is_failing = true');
    await update({ id: webhook.id, status: 'DISABLED' });
    await setRow(gateway, webhook.id, 'failures = 2');
    expect(await get(webhook.id)).toMatchObject({ isEnabled: false, nextAttemptAt: null });
  });
});

describe('Changing', () => {
  it('changes the given properties and leaves the others', async () => {
    const { webhook } = await create(gateway, { types: ['SEGMENT_CREATED'] });
    const { id } = webhook;
    const url = newUrl();
    expect(await update({ id, url })).toEqual({ ...webhook, url });
    expect(await update({ id, types: ['SEGMENT_DELETED'] })).toMatchObject({
      url,
      types: ['SEGMENT_DELETED'],
    });
    expect(await update({ id, status: 'DISABLED' })).toMatchObject({ url, types: ['SEGMENT_DELETED'] });
    expect(await update({ id, types: null })).toMatchObject({ url, types: null, isEnabled: false });
    expect(await get(id)).toEqual({ ...webhook, url, types: null, isEnabled: false });
  });

  it('makes the next attempt at once, and lets the holder of the lease notice', async () => {
    const { webhook } = await create(gateway);
    const changes = [
      { url: newUrl() },
      { types: null },
      { status: 'DISABLED' },
      { status: 'ENABLED' },
    ] as const;
    for (const change of changes) {
      await setRow(
        gateway,
        webhook.id,
        `failures = 7, next_attempt_at = now() + interval '1 day', lease = 'l', lease_until = '2100-01-01', revision = 5`,
      );
      await update({ id: webhook.id, ...change });
      const row = await storedRow(gateway, webhook.id);
      expect(row).toMatchObject({ failures: 0, lease: 'l', revision: 6 });
      expect(row.lease_until).toEqual(new Date('2100-01-01'));
      expect(row.next_attempt_at.getTime()).toBeLessThan(Date.now() + 60_000);
    }
  });

  it('is only a fresh start for a failing endpoint if it is enabled', async () => {
    const { webhook } = await create(gateway);
    await setRow(gateway, webhook.id, 'is_failing = true');
    expect(await update({ id: webhook.id, url: newUrl() })).toMatchObject({ isFailing: true });
    expect(await update({ id: webhook.id, status: 'DISABLED' })).toMatchObject({ isFailing: true });
    expect(await update({ id: webhook.id, status: 'ENABLED' })).toMatchObject({ isFailing: false });
  });

  it('shows customers to a new URL only if its caller can read members', async () => {
    const [first, second] = [newUrl(), newUrl()];
    const { webhook } = await createSegmentWebhook({ url: first }, withoutMembers());
    const { id } = webhook;
    const shows = async () => (await storedRow(gateway, id)).shows_customers;
    await updateSegmentWebhook({ id, types: null }, context());
    expect(await shows(), 'without a URL').toBe(false);
    await updateSegmentWebhook({ id, url: first }, context());
    expect(await shows(), 'the same URL, with the scope').toBe(true);
    await updateSegmentWebhook({ id, url: first }, withoutMembers());
    expect(await shows(), 'the same URL, without the scope').toBe(true);
    await updateSegmentWebhook({ id, url: second }, withoutMembers());
    expect(await shows(), 'another URL, without the scope').toBe(false);
    await updateSegmentWebhook({ id, url: first }, context());
    expect(await shows(), 'another URL, with the scope').toBe(true);
  });

  it('refuses the URL of another endpoint, but accepts its own', async () => {
    const [one, two] = [(await create(gateway)).webhook, (await create(gateway)).webhook];
    await expect(update({ id: two.id, url: one.url })).rejects.toMatchObject({
      issues: [{ param: 'url', message: `is already the URL of the webhook endpoint ${one.id}` }],
    });
    expect(await update({ id: two.id, url: two.url })).toEqual(two);
  });

  it('gives a URL to only one of several endpoints that are changed at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => create(gateway)));
    const url = newUrl();
    const changes = await Promise.allSettled(all.map(({ webhook }) => update({ id: webhook.id, url })));
    expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const change of changes) {
      if (change.status === 'rejected') expect(change.reason).toMatchObject({ issues: [{ param: 'url' }] });
    }
    expect((await listSegmentWebhooks({}, context())).filter((each) => each.url === url)).toHaveLength(1);
  });

  it('refuses a change of nothing', async () => {
    await expect(update({ id: ABSENT })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

it('deleting returns the endpoint as it was, and it is gone', async () => {
  const { webhook } = await create(gateway);
  expect(await deleteSegmentWebhook({ id: webhook.id }, context())).toEqual(webhook);
  expect(await get(webhook.id)).toBeNull();
  expect(await listSegmentWebhooks({}, context())).toEqual([]);
  expect((await create(gateway, { url: webhook.url })).webhook.id).not.toBe(webhook.id);
});

it('changing and deleting an endpoint that does not exist is refused', async () => {
  for (const id of [ABSENT, 'whe_1']) {
    const refusal = { code: 'NOT_FOUND', message: `There is no webhook endpoint "${id}".` };
    await expect(update({ id, types: null })).rejects.toMatchObject(refusal);
    await expect(deleteSegmentWebhook({ id }, context())).rejects.toMatchObject(refusal);
  }
});

it('deliveries are woken by what can make them due', async () => {
  let woken = 0;
  const waking = { ...context(), wokeDeliveries: () => void woken++ };
  const { webhook } = await createSegmentWebhook({ url: newUrl() }, waking);
  await updateSegmentWebhook({ id: webhook.id, types: null }, waking);
  expect(woken).toBe(2);
  await expect(updateSegmentWebhook({ id: ABSENT, types: null }, waking)).rejects.toThrow();
  await expect(createSegmentWebhook({ url: webhook.url }, waking)).rejects.toThrow();
  expect(woken).toBe(2);
});

it('calls of one turn share a statement', async () => {
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push((await create(gateway)).webhook.id);
  gateway.statements.length = 0;
  await Promise.all(ids.map(get));
  await Promise.all(ids.map((id) => update({ id, types: null })));
  await Promise.all(ids.map(() => listSegmentWebhooks({}, context())));
  await Promise.all(ids.map((id) => deleteSegmentWebhook({ id }, context())));
  expect(gateway.statements).toHaveLength(4);
});
