import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src/webhooks/schedule.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests, destinations } from './deliver.ts';
import {
  changeEndpoint,
  deliveriesOf,
  insertEndpoint,
  setEndpoint,
  storedEndpoint,
} from './inserted-endpoints.ts';

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

const stored = (id: string) => storedEndpoint(gateway, id);
const cursorIs = (id: string, place: number) => until(async () => (await stored(id)).cursor === place);
const LATER = scheduleOf([600_000]);

describe('a receiver that fails', () => {
  it('gets the event again, and the next one only after it', async () => {
    const receiver = await receive(({ data }, nth) => (data.cursor === '2' && nth < 5 ? 500 : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 3);
    work();
    await cursorIs(id, 3);
    expect(receiver.placesAt()).toEqual([1, 2, 2, 2, 2, 3]);
    const [, second] = await deliveriesOf(gateway, id);
    expect(second.attempts.map(({ status }: { status: number }) => status)).toEqual([500, 500, 500, 204]);
    expect(await stored(id)).toMatchObject({ failures: 0, is_failing: false, last_error: { status: 500 } });
  });

  it('gets the event ten times, and then the next one', async () => {
    const receiver = await receive(({ data }) => (data.cursor === '1' ? 503 : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 2);
    const { observed } = work();
    await cursorIs(id, 2);
    expect(receiver.placesAt()).toEqual([...Array(10).fill(1), 2]);
    const [first, second] = await deliveriesOf(gateway, id);
    expect([first.status, first.attempts.length, second.status]).toEqual(['FAILED', 10, 'DELIVERED']);
    const [gaveUp, ...others] = observed.filter(({ kind }) => kind === 'webhook_given_up');
    expect([gaveUp, others]).toEqual([
      { kind: 'webhook_given_up', accountId: 'ada', webhookId: id, eventId: first.event_id, status: 503 },
      [],
    ]);
    const outcomes = observed.flatMap((each) =>
      each.kind === 'webhook_attempt_ended' ? [each.outcome] : [],
    );
    expect(outcomes).toEqual([...Array(9).fill('failed'), 'given_up', 'delivered']);
  });

  it('is not called before its retry is due', async () => {
    const receiver = await receive((_, nth) => (nth === 1 ? 500 : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work({ schedule: scheduleOf([1_500]) });
    await cursorIs(id, 1);
    const [first, second] = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(first).toBe(second);
    const [{ attempts }] = await deliveriesOf(gateway, id);
    expect(attempts[1].at - attempts[0].at).toBeGreaterThanOrEqual(1_499);
  });

  it('can ask for a later attempt with Retry-After', async () => {
    const receiver = await receive(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work();
    await until(async () => (await stored(id)).failures === 1);
    const { rows } = await gateway.database.$client.query(
      'select extract(epoch from next_attempt_at - now())::float8 as s from webhook_endpoints',
    );
    expect(rows[0].s).toBeGreaterThan(3_000);
    expect(rows[0].s).toBeLessThanOrEqual(3_600);
    expect(receiver.received).toHaveLength(1);
  });

  it('that redirects is not followed', async () => {
    const target = await receive();
    const receiver = await receive(() => ({ status: 307, headers: { location: target.url } }));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work({ schedule: LATER });
    await until(async () => (await stored(id)).failures === 1);
    expect(await stored(id)).toMatchObject({ last_error: { status: 307 } });
    expect(target.received).toEqual([]);
  });

  it('that answers 410 is disabled at once, and gets the event once it is enabled again', async () => {
    const receiver = await receive((_, nth) => (nth === 1 ? 410 : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 2);
    const { observed } = work();
    await until(async () => !(await stored(id)).is_enabled);
    expect(await stored(id)).toMatchObject({ cursor: 0, lease: null, last_error: { status: 410 } });
    expect(observed).toContainEqual({ kind: 'webhook_disabled', accountId: 'ada', webhookId: id });
    await changeEndpoint(gateway, id, 'is_enabled = true, is_failing = false');
    await cursorIs(id, 2);
    expect(receiver.placesAt()).toEqual([1, 1, 2]);
  });

  it('does not get events again that its types exclude', async () => {
    const receiver = await receive(() => 500);
    const { id } = await insertEndpoint(gateway, { url: receiver.url, types: ['SEGMENT_DELETED'] });
    await addEvents(gateway, 30);
    await addEvents(gateway, 1, { type: 'SEGMENT_DELETED' });
    work({ schedule: LATER });
    await until(async () => (await stored(id)).failures === 1);
    expect(await stored(id)).toMatchObject({ cursor: 30, is_failing: true });
  });

  it('that does not listen fails as well', async () => {
    const receiver = await receive();
    await receiver.stop();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work({ schedule: LATER });
    await until(async () => (await stored(id)).failures === 1);
    expect(await stored(id)).toMatchObject({ is_failing: true, last_error: { status: null } });
  });

  it('is replaced by an update of the URL, which is called at once', async () => {
    const [broken, working] = [await receive(() => 500), await receive()];
    const { id } = await insertEndpoint(gateway, { url: broken.url });
    await addEvents(gateway, 2);
    work({ schedule: LATER });
    await until(async () => (await stored(id)).failures === 1);
    await changeEndpoint(gateway, id, `url = '${working.url}'`);
    await cursorIs(id, 2);
    expect(working.placesAt()).toEqual([1, 2]);
  });

  it('does not count once its URL was updated during the attempt', async () => {
    const working = await receive();
    const { promise: changed, resolve: fail } = Promise.withResolvers<number>();
    const broken = await receive(() => changed);
    const { id } = await insertEndpoint(gateway, { url: broken.url });
    await addEvents(gateway, 1);
    work({ schedule: LATER });
    await until(() => broken.received.length === 1);
    await changeEndpoint(gateway, id, `url = '${working.url}'`);
    fail(500);
    await cursorIs(id, 1);
    expect(await stored(id)).toMatchObject({ failures: 0, is_failing: false });
    expect([broken.placesAt(), working.placesAt()]).toEqual([[1], [1]]);
  });

  it('does not delay others', async () => {
    const [slow, quick] = [await receive(() => 'never'), await receive()];
    await insertEndpoint(gateway, { url: slow.url });
    const { id } = await insertEndpoint(gateway, { url: quick.url });
    await addEvents(gateway, 40);
    work();
    await cursorIs(id, 40);
    expect(quick.placesAt()).toHaveLength(40);
    expect(slow.received).toHaveLength(1);
  });

  it('leaves half of the places to first attempts', async () => {
    const slow = await receive(() => 'never');
    for (let i = 0; i < 5; i++) {
      const { id } = await insertEndpoint(gateway, { url: `${slow.url}/${i}` });
      await setEndpoint(gateway, id, 'failures = 1');
    }
    await addEvents(gateway, 1);
    work({ places: 4, perAccount: 4 });
    await until(() => slow.received.length === 2);
    const quick = await receive();
    const { id } = await insertEndpoint(gateway, { url: quick.url });
    await cursorIs(id, 1);
    expect(slow.received).toHaveLength(2);
  });
});

it('An event whose message cannot be built is given up like others, and observed', async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 2);
  const { observed } = work({
    represent(event) {
      if (event.n === 1) throw new Error('no');
      return { type: 'x', created_at: 1 };
    },
    everyMs: () => 50,
  });
  await cursorIs(id, 2);
  expect(receiver.received).toHaveLength(1);
  expect(observed).toContainEqual({ kind: 'fault', error: new Error('no') });
});

it('An endpoint that is disabled and enabled again loses nothing', async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 2);
  work();
  await cursorIs(id, 2);
  await changeEndpoint(gateway, id, 'is_enabled = false');
  await addEvents(gateway, 3);
  await until(async () => (await stored(id)).lease === null);
  await changeEndpoint(gateway, id, 'is_enabled = true');
  await cursorIs(id, 5);
  expect(receiver.placesAt()).toEqual([1, 2, 3, 4, 5]);
});

it('An endpoint whose destination cannot be opened does not stop the others', async () => {
  const receiver = await receive();
  await insertEndpoint(gateway, { url: 'wrong' });
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 3);
  work({
    destinations: {
      open(url) {
        if (url === 'wrong') throw new Error('no');
        return destinations.open(url);
      },
    },
  });
  await cursorIs(id, 3);
  expect(receiver.placesAt()).toEqual([1, 2, 3]);
});

it('An endpoint whose newest event was given up is no longer failing, and shows the error', async () => {
  const receiver = await receive(() => 503);
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 1);
  work();
  await cursorIs(id, 1);
  expect(await stored(id)).toMatchObject({ failures: 0, is_failing: false, last_error: { status: 503 } });
});

it('An endpoint whose failing event is excluded by new types is no longer failing', async () => {
  const receiver = await receive(() => 500);
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 1);
  work({ schedule: LATER });
  await until(async () => (await stored(id)).failures === 1);
  await changeEndpoint(gateway, id, `types = '["SEGMENT_DELETED"]'`);
  await cursorIs(id, 1);
  expect(await stored(id)).toMatchObject({ failures: 0, is_failing: false });
});

it('A fault ends the lease, and counts as a failed attempt of the next event', async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 3);
  let faults = 0;
  const broken: typeof destinations.open = (url) => ({
    ...destinations.open(url),
    post(message, signal) {
      if (JSON.parse(message.body).data.cursor === '2' && faults++ === 0) throw new Error('no');
      return destinations.open(url).post(message, signal);
    },
  });
  const { observed } = work({ destinations: { open: broken }, schedule: LATER });
  await until(async () => (await stored(id)).failures === 1);
  expect(await stored(id)).toMatchObject({
    ...{ cursor: 1, lease: null, is_failing: true, last_error: { error: 'Internal error.' } },
  });
  expect(observed).toContainEqual({ kind: 'fault', error: new Error('no') });
  await changeEndpoint(gateway, id, 'is_enabled = true');
  await cursorIs(id, 3);
  expect(receiver.placesAt()).toEqual([1, 2, 3]);
});

it('An endpoint whose destination cannot be opened is tried again later', async () => {
  const { id } = await insertEndpoint(gateway);
  await addEvents(gateway, 1);
  const open = () => {
    throw new Error('no');
  };
  work({ destinations: { open }, schedule: LATER });
  await until(async () => (await stored(id)).failures === 1);
  expect(await stored(id)).toMatchObject({
    cursor: 0,
    lease: null,
    last_error: { error: 'Internal error.' },
  });
});
