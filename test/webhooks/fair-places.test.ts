import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Unavailable } from '../../src/errors/refusals.ts';
import { webhookQueue } from '../../src/webhooks/queue.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests } from './deliver.ts';
import { insertEndpoint, storedEndpoint } from './inserted-endpoints.ts';

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

const cursorIs = (id: string, place: number) =>
  until(async () => (await storedEndpoint(gateway, id)).cursor === place);

it('A worker delivers soon after a database was read-only for a short time', async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 1);
  const queue = webhookQueue(gateway.database);
  let looks = 0;
  const claim: typeof queue.claim = async (wanted) => (++looks < 3 ? null : queue.claim(wanted));
  const { observed } = work({ queue: { ...queue, claim }, everyMs: () => 300_000 });
  await cursorIs(id, 1);
  expect(observed.filter(({ kind }) => kind === 'fault')).toEqual([]);
});

it('An account whose receivers never answer does not delay another account', async () => {
  const slow = await receive(() => 'never');
  const quick = await receive();
  for (let i = 0; i < 10; i++) await insertEndpoint(gateway, { url: `${slow.url}/${i}` });
  await addEvents(gateway, 1);
  work({ places: 4 });
  await until(() => slow.received.length > 0);
  const { id } = await insertEndpoint(gateway, { accountId: 'bob', url: quick.url });
  await addEvents(gateway, 5, { accountId: 'bob' });
  await cursorIs(id, 5);
  expect(slow.received).toHaveLength(1);
});

it('An account uses only its share of the places, and all its endpoints have their turn', async () => {
  const receiver = await receive(async () => {
    await until(() => receiver.maxInFlight() === 2);
    return { status: 204 };
  });
  const made = [];
  for (let i = 0; i < 6; i++) made.push(await insertEndpoint(gateway, { url: `${receiver.url}/${i}` }));
  await addEvents(gateway, 2);
  work({ places: 100, perAccount: 2 });
  for (const { id } of made) await cursorIs(id, 2);
  expect(receiver.maxInFlight()).toBe(2);
});

it('Two workers that are woken together both get endpoints at once', async () => {
  const receiver = await receive(() => 'never');
  const everyMs = () => 300_000;
  const workers = [work({ places: 5, perAccount: 5, everyMs }), work({ places: 5, perAccount: 5, everyMs })];
  for (let i = 0; i < 10; i++) await insertEndpoint(gateway, { url: `${receiver.url}/${i}` });
  await addEvents(gateway, 1);
  for (const { wakeNow } of workers) wakeNow();
  await until(() => workers.every(({ vitals }) => vitals().attemptsInFlight === 5));
});

it('A worker looks at most once a second after writes while there are no endpoints', async () => {
  const queue = webhookQueue(gateway.database);
  const looks: number[] = [];
  const claim: typeof queue.claim = (wanted) => {
    looks.push(performance.now());
    return queue.claim(wanted);
  };
  const { wake, wakeNow } = work({ queue: { ...queue, claim }, everyMs: () => 300_000 });
  while (looks.length < 3) {
    wake();
    await sleep(10);
  }
  const [first = 0, , third = 0] = looks;
  expect(third - first).toBeGreaterThan(1_900);
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  wakeNow();
  await until(() => looks.length === 4);
  await addEvents(gateway, 1);
  wake();
  await cursorIs(id, 1);
});

it('A claim whose answer was lost is sent again with its lease', async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 1);
  const queue = webhookQueue(gateway.database);
  const leases: string[] = [];
  const claim: typeof queue.claim = async (wanted) => {
    const claims = await queue.claim(wanted);
    if (leases.push(wanted.lease) === 1) throw new Unavailable('unknown');
    return claims;
  };
  work({ queue: { ...queue, claim } });
  await cursorIs(id, 1);
  await until(() => leases.length > 2);
  expect(leases[1]).toBe(leases[0]);
  expect(leases[2]).not.toBe(leases[0]);
});
