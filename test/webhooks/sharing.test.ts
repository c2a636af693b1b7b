import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { webhookQueue } from '../../src/webhooks/queue.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests } from './deliver.ts';
import type { Received } from './event-receiver.ts';
import { insertEndpoint, setEndpoint, storedEndpoint } from './inserted-endpoints.ts';

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

const stored = (id: string) => storedEndpoint(gateway, id);
const cursorIs = (id: string, place: number) => until(async () => (await stored(id)).cursor === place);
const places = (to: number) => Array.from({ length: to }, (_, i) => i + 1);
/** A turn that ends during an answer to the given places of an endpoint. Otherwise, it is up to the speed of the machine when it ends. */
const TURN_MS = 300;
const slowlyAt =
  (...slow: number[]) =>
  async ({ data }: Received) => {
    if (slow.includes(Number(data.cursor))) await sleep(2 * TURN_MS);
    return 204;
  };
/** The queue of a process that is killed during its first attempts: it claims once, and settles nothing. */
const dying = () => {
  const queue = webhookQueue(gateway.database);
  const never = () => new Promise<never>(() => {});
  let hasClaimed = false;
  const claim: typeof queue.claim = async (wanted) => {
    if (hasClaimed)
      return { claimed: [], nextMs: null, hasMore: false, isContended: false, hasEndpoints: true };
    hasClaimed = true;
    return queue.claim(wanted);
  };
  return { ...queue, claim, settle: never };
};

describe('workers of several processes', () => {
  it('share the endpoints, and never send an event at the same time or out of order', async () => {
    const receiver = await receive(slowlyAt(10));
    const made = [];
    for (let i = 0; i < 20; i++) made.push(await insertEndpoint(gateway, { url: `${receiver.url}/${i}` }));
    await addEvents(gateway, 30);
    const workers = Array.from({ length: 3 }, () => work({ places: 8, perAccount: 8, turnMs: TURN_MS }));
    for (const { id } of made) await cursorIs(id, 30);
    for (let i = 0; i < 20; i++) expect(receiver.placesAt(`/${i}`)).toEqual(places(30));
    const sent = workers.map(
      ({ observed }) => observed.filter(({ kind }) => kind === 'webhook_attempt_ended').length,
    );
    expect(sent.reduce((sum, each) => sum + each, 0)).toBe(600);
    expect(sent.filter((each) => each > 0).length).toBeGreaterThan(1);
  });

  it('take over the endpoints of one that was killed, once its leases end', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 3);
    const killed = work({ queue: dying(), stopMs: { attempts: 0, leases: 0 } });
    await until(() => receiver.received.length === 1);
    const queue = webhookQueue(gateway.database);
    let claims = 0;
    const claim: typeof queue.claim = async (wanted) => {
      const claimed = await queue.claim(wanted);
      claims += 1;
      return claimed;
    };
    work({ queue: { ...queue, claim } });
    await until(() => claims >= 2);
    expect(receiver.received).toHaveLength(1);
    await setEndpoint(gateway, id, 'lease_until = now()');
    await cursorIs(id, 3);
    expect(receiver.placesAt()).toEqual([1, 1, 2, 3]);
    expect(new Set(receiver.received.slice(0, 2).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await until(() => killed.vitals().attemptsInFlight === 0);
  });

  it('stop to deliver to an endpoint whose lease they have lost', async () => {
    const { promise: taken, resolve: answer } = Promise.withResolvers<number>();
    const receiver = await receive(({ path }) => (path === '/lost' ? taken : 204));
    const lost = await insertEndpoint(gateway, { url: `${receiver.url}/lost` });
    const other = await insertEndpoint(gateway, { url: `${receiver.url}/other` });
    await addEvents(gateway, 5);
    const queue = webhookQueue(gateway.database);
    const settled: unknown[] = [];
    const settle: typeof queue.settle = async (settlement) => {
      const outcome = await queue.settle(settlement);
      if (settlement.id === lost.id) settled.push(outcome);
      return outcome;
    };
    work({ queue: { ...queue, settle } });
    await until(() => receiver.placesAt('/lost').length === 1);
    await setEndpoint(gateway, lost.id, `lease = 'other', lease_until = now() + interval '1 h'`);
    answer(204);
    await until(() => settled.length > 0);
    await addEvents(gateway, 5);
    await cursorIs(other.id, 10);
    expect(settled).toEqual([null]);
    expect(receiver.placesAt('/lost')).toEqual([1]);
    expect(await stored(lost.id)).toMatchObject({ cursor: 0, lease: 'other' });
  });

  it('break an attempt off before its lease ends', async () => {
    const receiver = await receive((_, nth) => (nth === 1 ? 'never' : 204));
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    work({ leaseMs: 1_000 });
    await cursorIs(id, 1);
    expect(receiver.maxInFlight()).toBe(1);
  });

  it('end their turn so that endpoints without a place get one', async () => {
    const receiver = await receive(slowlyAt(1));
    const made = [];
    for (let i = 0; i < 3; i++) made.push(await insertEndpoint(gateway, { url: `${receiver.url}/${i}` }));
    await addEvents(gateway, 30);
    work({ places: 1, turnMs: TURN_MS });
    for (const { id } of made) await cursorIs(id, 30);
    const firsts = [0, 1, 2].map((i) => receiver.received.findIndex(({ path }) => path === `/${i}`));
    const lasts = [0, 1, 2].map((i) => receiver.received.findLastIndex(({ path }) => path === `/${i}`));
    expect(Math.max(...firsts)).toBeLessThan(Math.min(...lasts));
  });
});

describe('a worker that stops', () => {
  it('waits for attempts in flight, stores them, and ends its leases', async () => {
    const { promise: stopped, resolve: answer } = Promise.withResolvers<number>();
    const receiver = await receive(() => stopped);
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 5);
    const { stop } = work({ stopMs: { attempts: 60_000, leases: 0 } });
    await until(() => receiver.received.length === 1);
    const stopping = stop();
    answer(204);
    await stopping;
    expect(receiver.placesAt()).toEqual([1]);
    expect(await stored(id)).toMatchObject({ cursor: 1, lease: null });
  });

  it('breaks off attempts that take too long, and ends their leases', async () => {
    const receiver = await receive(() => 'never');
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 1);
    const { stop, vitals } = work({ stopMs: { attempts: 100, leases: 60_000 } });
    await until(() => receiver.received.length === 1);
    await stop();
    expect(vitals().attemptsInFlight).toBe(0);
    expect(await stored(id)).toMatchObject({ cursor: 0, failures: 0, lease: null });
  });
});

describe('the webhooks of different accounts', () => {
  it('are never mixed: each gets only its own events, signed with its own secret', async () => {
    const receiver = await receive(slowlyAt(6));
    const accounts = Array.from({ length: 50 }, (_, i) => `account${i}`);
    const secrets = new Map<string, string>();
    const ids: string[] = [];
    for (const accountId of accounts) {
      const { id, secret } = await insertEndpoint(gateway, {
        accountId,
        url: `${receiver.url}/${accountId}`,
      });
      secrets.set(accountId, secret);
      ids.push(id);
    }
    for (let round = 0; round < 3; round++)
      for (const accountId of accounts) await addEvents(gateway, 4, { accountId });
    work({ turnMs: TURN_MS });
    work({ turnMs: TURN_MS });
    for (const id of ids) await cursorIs(id, 12);
    for (const { path, headers, body, data } of receiver.received) {
      const accountId = path.slice(1);
      expect(data.segment.name).toBe(accountId);
      expect(() =>
        new Webhook(secrets.get(accountId) ?? '').verify(body, headers as Record<string, string>),
      ).not.toThrow();
    }
    for (const accountId of accounts) expect(receiver.placesAt(`/${accountId}`)).toEqual(places(12));
  });
});

describe('a worker without its database', () => {
  it('observes it once, and goes on when the database is back', async () => {
    const receiver = await receive();
    const { id } = await insertEndpoint(gateway, { url: receiver.url });
    await addEvents(gateway, 2);
    let isDown = true;
    const queue = webhookQueue(gateway.database);
    const { observed, wake } = work({
      queue: {
        ...queue,
        claim: (wanted) => (isDown ? Promise.reject(new Error('down')) : queue.claim(wanted)),
      },
    });
    wake();
    await until(() => observed.length > 0);
    wake();
    isDown = false;
    await cursorIs(id, 2);
    expect(observed.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
  });
});
