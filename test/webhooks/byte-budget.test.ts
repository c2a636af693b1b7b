import { describe, expect, it } from 'vitest';
import { byteBudget } from '../../src/webhooks/worker/byte-budget.ts';
import { testGateway } from '../harness.ts';
import { until } from '../until.ts';
import { addEvents, deliveryTests, destinations } from './deliver.ts';

import { insertEndpoint, storedEndpoint } from './inserted-endpoints.ts';

describe('A budget of bytes', () => {
  const granted = (...rooms: { isGranted(): boolean }[]) => rooms.map((room) => room.isGranted());

  it('grants room in the order of arrival, also to small messages behind a large one', async () => {
    const budget = byteBudget(100);
    const [first, large, small] = [budget.take(60), budget.take(60), budget.take(10)];
    expect(granted(first, large, small)).toEqual([true, false, false]);
    expect(await large.within(1)).toBe(false);
    first.release();
    first.release();
    expect(granted(large, small)).toEqual([true, true]);
    expect(await large.within(0)).toBe(true);
    expect(granted(budget.take(31))).toEqual([false]);
  });

  it('grants more than all of it when nothing else has room', () => {
    const budget = byteBudget(100);
    const [small, large] = [budget.take(1), budget.take(1_000)];
    expect(granted(large)).toEqual([false]);
    small.release();
    expect(granted(large, budget.take(1))).toEqual([true, false]);
  });

  it('forgets who no longer waits', () => {
    const budget = byteBudget(100);
    const [first, second, third] = [budget.take(100), budget.take(100), budget.take(100)];
    second.release();
    first.release();
    expect(granted(second, third)).toEqual([false, true]);
  });
});

const gateway = testGateway();
const { work, receive } = deliveryTests(gateway);

/** Destinations that count the bytes in flight, and keep each message for a while. */
function counting(ms: number) {
  let [bytes, most, largest] = [0, 0, 0];
  const open: typeof destinations.open = (url) => ({
    ...destinations.open(url),
    async post(message, signal) {
      const size = Buffer.byteLength(message.body);
      bytes += size;
      [most, largest] = [Math.max(most, bytes), Math.max(largest, size)];
      const answered = await destinations.open(url).post(message, signal);
      await new Promise((resolve) => setTimeout(resolve, ms));
      bytes -= size;
      return answered;
    },
  });
  return { open, most: () => most, largest: () => largest };
}

describe('deliveries to slow receivers', () => {
  it('never have more in flight than the budget, and lose nothing while they wait', async () => {
    const receiver = await receive();
    const made = [];
    for (let i = 0; i < 5; i++) made.push(await insertEndpoint(gateway, { url: `${receiver.url}/${i}` }));
    await addEvents(gateway, 3);
    const { open, most, largest } = counting(100);
    const { observed } = work({
      destinations: { open },
      budget: byteBudget(1_024),
      leaseMs: 600,
      turnMs: 50,
    });
    for (const { id } of made) await until(async () => (await storedEndpoint(gateway, id)).cursor === 3);
    expect(most()).toBeLessThanOrEqual(Math.max(1_024, largest()));
    for (let i = 0; i < 5; i++) expect(receiver.placesAt(`/${i}`)).toEqual([1, 2, 3]);
    expect(observed.filter(({ kind }) => kind === 'fault')).toEqual([]);
  });

  it('end their leases when the process stops while they wait', async () => {
    const receiver = await receive(() => 'never');
    const made = [];
    for (let i = 0; i < 3; i++) made.push(await insertEndpoint(gateway, { url: `${receiver.url}/${i}` }));
    await addEvents(gateway, 1);
    const { stop } = work({ budget: byteBudget(1), stopMs: { attempts: 100, leases: 60_000 } });
    await until(() => receiver.received.length === 1);
    await stop();
    for (const { id } of made)
      expect(await storedEndpoint(gateway, id)).toMatchObject({ cursor: 0, lease: null });
    expect(receiver.received).toHaveLength(1);
  });
});
