import { expect, it } from 'vitest';
import { webhookQueue } from '../../src/webhooks/queue.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests } from './deliver.ts';
import { insertEndpoint, storedEndpoint } from './inserted-endpoints.ts';

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

const cursorIs = (id: string, place: number) =>
  until(async () => (await storedEndpoint(gateway, id)).cursor === place);

it('A worker delivers soon after a database was read-only for a short time', {
  timeout: 20_000,
}, async () => {
  const receiver = await receive();
  const { id } = await insertEndpoint(gateway, { url: receiver.url });
  await addEvents(gateway, 1);
  const queue = webhookQueue(gateway.database);
  let looks = 0;
  const claim: typeof queue.claim = async (wanted) => (++looks < 3 ? null : queue.claim(wanted));
  const { observed } = work({ queue: { ...queue, claim } });
  await cursorIs(id, 1);
  expect(observed.filter(({ kind }) => kind === 'fault')).toEqual([]);
});
