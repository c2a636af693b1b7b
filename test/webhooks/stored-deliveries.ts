import { eventIdOf } from '../../src/events/event.ts';
import type { DeliveryStatus } from '../../src/webhooks/webhook.ts';
import type { TestGateway } from '../harness.ts';

interface Stored {
  n: number;
  status?: DeliveryStatus;
  /** How long ago the last attempt ended. */
  age?: string;
}

export const attemptWith = (status: number) => ({ at: 1, ms: 2, status, error: null, body: 'ok' });

/** The id of the event at a place in the logs of these tests. */
export const eventIdAt = (n: number) => eventIdOf({ n, segmentId: '0Vbq000000000000' });

/** Stores deliveries of an endpoint, as its deliverer would. */
export const storeDeliveries = (
  { database }: TestGateway,
  accountId: string,
  id: string,
  deliveries: readonly Stored[],
) =>
  database.$client.query(
    `insert into webhook_deliveries (account_id, endpoint_id, n, event_id, type, status, attempts, attempted_at)
     select $1, $2, n, event_id, 'SEGMENT_CREATED', status, $6, now() - age::interval
     from unnest($3::bigint[], $4::text[], $5::text[], $7::text[]) as delivery (n, event_id, status, age)`,
    [
      accountId,
      id,
      deliveries.map(({ n }) => n),
      deliveries.map(({ n }) => eventIdAt(n)),
      deliveries.map(({ status = 'DELIVERED' }) => status),
      JSON.stringify([attemptWith(200)]),
      deliveries.map(({ age = '1 second' }) => age),
    ],
  );
