import { expect, it } from 'vitest';
import { startLive } from '../../src/events/live.ts';
import { eventStore } from '../../src/events/store.ts';
import { openWebhooks } from '../../src/gateway/webhooks.ts';
import type { Observation } from '../../src/observation.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

it('A process that cannot begin to deliver is told so, and stops', async () => {
  const { database } = gateway;
  const events = eventStore(database);
  const live = startLive(events, { url: 'postgres://localhost', pooler: 'transaction' });
  const listen = () => {
    throw new Error('no');
  };
  const observed: Observation[] = [];
  const webhooks = openWebhooks({
    ...{ database, events, isDelivering: true, live: { ...live, listen } },
    observe: (observation) => observed.push(observation),
  });
  await expect(webhooks.start()).rejects.toThrow('no');
  await webhooks.stop();
  await live.stop();
  expect(observed).toEqual([]);
});
