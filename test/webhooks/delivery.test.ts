import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { addMembers } from '../../src/members/changes.ts';
import { createSegment, deleteSegment } from '../../src/segments/resolvers.ts';
import { scheduleOf } from '../../src/webhooks/schedule.ts';
import { draft, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests, destinations } from './deliver.ts';
import type { Received } from './event-receiver.ts';
import {
  changeEndpoint,
  deliveriesOf,
  insertEndpoint,
  setEndpoint,
  storedEndpoint,
} from './inserted-endpoints.ts';

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

const cursorIs = (id: string, place: number) =>
  until(async () => (await storedEndpoint(gateway, id)).cursor === place);
const places = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('deliveries to an endpoint', () => {
  it('are all events of its account, in order, each once, and one at a time', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 50);
    work();
    await cursorIs(id, 50);
    expect(receiver.placesAt()).toEqual(places(1, 50));
    expect(receiver.maxInFlight()).toBe(1);
    const stored = await deliveriesOf(gateway, id);
    expect(stored.map(({ n, status }) => [n, status])).toEqual(places(1, 50).map((n) => [n, 'DELIVERED']));
    expect(await storedEndpoint(gateway, id)).toMatchObject({ is_failing: false, lease: null });
  });

  it('are signed as the official library verifies, and have the event as REST shows it', async () => {
    const receiver = await receive();
    const { id, secret } = await insertEndpoint(gateway, { url: receiver.url });
    const segment = await patiently(() => createSegment(draft(), gateway.context()));
    work();
    await cursorIs(id, 1);
    const [{ headers, body, data }] = receiver.received as [Received];
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'customer_segment.created',
      data: { segment_id: segment.id, segment: { name: segment.name } },
    });
    expect(headers['webhook-id']).toBe(data.id);
    expect(await deliveriesOf(gateway, id)).toMatchObject([
      { n: 1, event_id: data.id, type: 'SEGMENT_CREATED' },
    ]);
  });

  it('are signed with both secrets while a secret is rotated, also in the middle of deliveries', async () => {
    const receiver = await receive();
    const { id, secret } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work({ everyMs: () => 100 });
    await cursorIs(id, 1);
    await setEndpoint(
      gateway,
      id,
      `previous_secret = secret, previous_secret_until = now() + interval '1 day', secret = 'whsec_bmV3'`,
    );
    await addEvents(gateway, 1);
    await cursorIs(id, 2);
    const [, { body, headers }] = receiver.received as [Received, Received];
    for (const each of [secret, 'whsec_bmV3']) {
      expect(() => new Webhook(each).verify(body, headers as Record<string, string>)).not.toThrow();
    }
  });

  it('have the customers of a change only if the endpoint shows them', async () => {
    const receiver = await receive();
    await insertEndpoint(gateway, { url: `${receiver.url}/with`, showsCustomers: true });
    await insertEndpoint(gateway, { url: `${receiver.url}/without`, showsCustomers: false });
    const { id: segmentId } = await patiently(() => createSegment(draft(), gateway.context()));
    await patiently(() => addMembers({ segmentId, customerIds: ['c1'] }, gateway.context()));
    work();
    await until(() => receiver.received.length === 4);
    const shown = (path: string) =>
      receiver.received.filter((each) => each.path === path).map(({ data }) => data.customer_ids);
    expect(shown('/with')).toEqual([undefined, ['c1']]);
    expect(shown('/without')).toEqual([undefined, undefined]);
  });

  it('leave out events that its types exclude, and move past them', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url, types: ['SEGMENT_DELETED'] });
    await addEvents(gateway, 45);
    await addEvents(gateway, 1, { type: 'SEGMENT_DELETED' });
    await addEvents(gateway, 3);
    work();
    await cursorIs(id, 49);
    expect(receiver.placesAt()).toEqual([46]);
    expect(await deliveriesOf(gateway, id)).toHaveLength(1);
  });

  it('begin with a replay, which uses the same ids, and go on with new events', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 6);
    work();
    await cursorIs(id, 6);
    await changeEndpoint(gateway, id, 'replay_at = 1, replay_until = 4');
    await addEvents(gateway, 2);
    await cursorIs(id, 8);
    expect(receiver.placesAt()).toEqual([...places(1, 6), 2, 3, 4, 7, 8]);
    const idsOf = (place: string) =>
      new Set(
        receiver.received
          .filter(({ data }) => data.cursor === place)
          .map(({ headers }) => headers['webhook-id']),
      );
    expect(idsOf('3').size).toBe(1);
    const [, , third] = await deliveriesOf(gateway, id);
    expect(third).toMatchObject({ status: 'DELIVERED', attempts: [{}, {}] });
    expect(await storedEndpoint(gateway, id)).toMatchObject({ replay_at: null, replay_until: null });
  });

  it('go on after events that are no longer kept, and say so', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url, cursor: 1 });
    await addEvents(gateway, 6);
    await gateway.database.$client.query('delete from events where n <= 4');
    await gateway.database.$client.query('update event_heads set pruned_to = 4');
    work();
    await cursorIs(id, 6);
    expect(receiver.placesAt()).toEqual([5, 6]);
    expect((await storedEndpoint(gateway, id)).last_error).toMatchObject({
      error: 'Events 2 to 4 were no longer kept and have not been delivered.',
    });
  });

  it('are made soon after a write that wakes the worker', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    const { wake } = work({ everyMs: () => 600_000 });
    await until(async () => gateway.database.webhook.queue.waiting() === 0);
    for (let n = 1; n <= 5; n++) {
      await addEvents(gateway, 1);
      wake();
      await cursorIs(id, n);
    }
    expect(receiver.placesAt()).toEqual(places(1, 5));
  });

  it('hide the contents of a segment that was deleted between two attempts', async () => {
    const receiver = await receive((_, nth) => (nth === 1 ? 500 : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    const segment = await patiently(() => createSegment(draft(), gateway.context()));
    work({ schedule: scheduleOf([600_000]) });
    await until(async () => (await storedEndpoint(gateway, id)).failures === 1);
    await patiently(() => deleteSegment({ id: segment.id }, gateway.context()));
    await setEndpoint(gateway, id, 'next_attempt_at = now()');
    await cursorIs(id, 2);
    const names = receiver.received.map(({ data }) => [data.cursor, data.segment?.name ?? null]);
    expect(names).toEqual([
      ['1', segment.name],
      ['1', null],
      ['2', null],
    ]);
  });
});

it('New types apply to the events after the one that is being sent', async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const receiver = await receive();
  const open: typeof destinations.open = (url) => {
    const connection = destinations.open(url);
    return {
      ...connection,
      async post(message, signal) {
        const answered = await connection.post(message, signal);
        await asked;
        return answered;
      },
    };
  };
  const { id } = await insertEndpoint(gateway, { url: receiver.url, types: ['SEGMENT_DELETED'] });
  await addEvents(gateway, 2);
  await addEvents(gateway, 1, { type: 'SEGMENT_DELETED' });
  work({ destinations: { open } });
  await until(() => receiver.received.length === 1);
  await changeEndpoint(gateway, id, 'types = null');
  await addEvents(gateway, 2);
  answer();
  await cursorIs(id, 5);
  expect(receiver.placesAt()).toEqual([3, 4, 5]);
});

describe('An event that waits for the event loop', () => {
  const free = { ready: () => undefined, charge() {}, chargeAnswer() {} };

  it('is read again, so contents that were deleted meanwhile are hidden', async () => {
    const receiver = await receive();
    await insertEndpoint(gateway, { url: receiver.url });
    const segment = await patiently(() => createSegment(draft(), gateway.context()));
    const paused = Promise.withResolvers<void>();
    let turns = 0;
    const turn = () => (++turns === 2 ? paused.promise : undefined); // the first is before the read
    work({ loopOf: () => ({ ...free, turn }) });
    await until(async () => turns === 2);
    await patiently(() => deleteSegment({ id: segment.id }, gateway.context()));
    await sleep(300);
    paused.resolve();
    await until(() => receiver.received.length === 2);
    expect(receiver.received.map(({ data }) => data.segment)).toEqual([null, null]);
  });

  it('is read again only once', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 2);
    work({ loopOf: () => ({ ...free, turn: () => sleep(300) }) });
    await cursorIs(id, 2);
    expect(receiver.placesAt()).toEqual([1, 2]);
  });
});
