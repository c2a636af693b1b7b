import type { Database } from '../database/connect.ts';
import type { Live } from '../events/live.ts';
import type { EventStore } from '../events/store.ts';
import type { LoopShare } from '../fairness/loop-time.ts';
import type { Observe } from '../observation.ts';
import { representEvent } from '../rest/event-representation.ts';
import { packageVersion } from '../version.ts';
import type { Deliveries, DeliveryVitals } from '../webhooks/deliveries.ts';
import type { Allowed } from '../webhooks/destinations/check-url.ts';
import { openDestinations } from '../webhooks/destinations/open-destinations.ts';
import { webhookStore } from '../webhooks/store.ts';

interface Options {
  database: Database;
  events: EventStore;
  live: Live;
  observe: Observe;
  /** Whether this process delivers. */
  isDelivering: boolean;
  allowed?: Allowed | undefined;
}

const PUBLIC: Allowed = { allowPrivate: false, ports: [443, 8_443] };

/** The webhooks of a process. */
export interface Webhooks {
  /** What the resolvers need. */
  context: {
    webhooks: ReturnType<typeof webhookStore>;
    destinations: ReturnType<typeof openDestinations>;
    wokeDeliveries(): void;
  };
  /** Begins to deliver, if this process does. The code that delivers is loaded only now. Rejects if it cannot deliver. */
  start(loopOf?: (accountId: string) => LoopShare): Promise<void>;
  /** Undefined if this process does not deliver. */
  vitals(): DeliveryVitals | undefined;
  stop(): Promise<void>;
}

/** Opens what the resolvers of webhooks need, and what delivers to their endpoints. */
export function openWebhooks({
  database,
  events,
  live,
  observe,
  isDelivering,
  allowed = PUBLIC,
}: Options): Webhooks {
  const destinations = openDestinations({ ...allowed, version: packageVersion() });
  let deliveries: Deliveries | undefined;
  let starting = Promise.resolve();
  let isStopped = false;
  const wake = () => deliveries?.wake();

  const begin = async (loopOf?: (accountId: string) => LoopShare) => {
    const [{ startDeliveries }, { webhookQueue }] = await Promise.all([
      import('../webhooks/worker.ts'),
      import('../webhooks/queue.ts'),
    ]);
    if (isStopped) return;
    const queue = webhookQueue(database);
    const { everyMs } = live;
    deliveries = startDeliveries({
      ...{ queue, events, destinations, represent: representEvent, everyMs, observe, loopOf },
    });
    live.listen(wake);
  };

  return {
    context: { webhooks: webhookStore(database), destinations, wokeDeliveries: () => deliveries?.wakeNow() },
    start(loopOf) {
      if (isDelivering) starting = begin(loopOf);
      return starting;
    },
    vitals: () => deliveries?.vitals(),
    async stop() {
      isStopped = true;
      await starting.catch(() => {}); // the caller of `start` knows
      await deliveries?.stop();
    },
  };
}
