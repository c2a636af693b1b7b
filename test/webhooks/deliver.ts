import { afterEach } from 'vitest';
import { eventStore } from '../../src/events/store.ts';
import type { Observation } from '../../src/observation.ts';
import { representEvent } from '../../src/rest/event-representation.ts';
import type { Deliveries } from '../../src/webhooks/deliveries.ts';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { webhookQueue } from '../../src/webhooks/queue.ts';
import { scheduleOf } from '../../src/webhooks/schedule.ts';
import { startDeliveries } from '../../src/webhooks/worker.ts';
import type { TestGateway } from '../harness.ts';
import { startReceiver } from './event-receiver.ts';

type Options = Parameters<typeof startDeliveries>[0];

/** Waits in milliseconds after the nine failed attempts. */
export const QUICK = scheduleOf([10, 20, 30, 20, 10, 10, 10, 10, 10]);

/** A limit that no test reaches, however slow the machine is. */
const LONG_MS = 600_000;

/** Receivers on this machine. */
export const destinations = openDestinations({
  ...{ allowPrivate: true, ports: [], version: 'test' },
  ...{ timeoutMs: LONG_MS, bodyMs: LONG_MS },
});

export interface Worker extends Deliveries {
  observed: Observation[];
}

/** Functions that start workers and receivers, which are stopped after each test. */
export function deliveryTests(gateway: TestGateway) {
  const started: { stop(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
    await gateway.database.$client.query(
      'truncate webhook_endpoints, webhook_deliveries, event_heads, events, segments',
    );
  });

  const keep = <Each extends { stop(): Promise<void> }>(each: Each): Each => {
    started.push(each);
    return each;
  };

  return {
    /** Starts a worker as another process would have one: with its own statements. */
    work(options: Partial<Options> = {}): Worker {
      const observed: Observation[] = [];
      const deliveries = startDeliveries({
        queue: webhookQueue(gateway.database),
        events: eventStore(gateway.database),
        destinations,
        represent: representEvent,
        schedule: QUICK,
        leaseMs: LONG_MS,
        everyMs: () => 100,
        observe: (observation) => observed.push(observation),
        ...options,
      });
      return keep({ ...deliveries, observed });
    },
    receive: async (...answer: Parameters<typeof startReceiver>) => keep(await startReceiver(...answer)),
  };
}

/** Adds events to the log of an account: creations of segments whose names are that of the account. */
export async function addEvents(
  { database }: Pick<TestGateway, 'database'>,
  count: number,
  { accountId = 'ada', type = 'SEGMENT_CREATED' } = {},
): Promise<void> {
  await database.$client.query(
    `with head as (
       insert into event_heads as head (account_id, last_event) values ($1, $2)
       on conflict (account_id) do update set last_event = head.last_event + $2 returning last_event
     )
     insert into events (account_id, n, type, segment_id, version, request_id, actor, segment)
     select $1::text, last_event - $2::int + i, $3, lpad((last_event + i)::text, 16, '0'), 1, 'test', '{"kind":"TOKEN","id":"x","name":"x"}',
       json_build_object('account_id', $1::text, 'id', lpad((last_event + i)::text, 16, '0'), 'name', $1::text, 'criteria', 'c', 'description', '',
         'created_at', now(), 'updated_at', now(), 'version', 1)
     from head, generate_series(1, $2::int) i`,
    [accountId, count, type],
  );
}
