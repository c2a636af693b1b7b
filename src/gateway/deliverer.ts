import { connect, disconnect } from '../database/connect.ts';
import { startLive } from '../events/live.ts';
import { eventStore } from '../events/store.ts';
import { loopTime } from '../fairness/loop-time.ts';
import { readiness, type WhyNotReady } from '../telemetry/health.ts';
import type { Vitals } from '../telemetry/vitals.ts';
import type { Options } from './options.ts';
import { lanesOf } from './vitals.ts';
import { openWebhooks } from './webhooks.ts';

type Given = 'databaseUrl' | 'poolSize' | 'pooler' | 'destinations' | 'observe' | 'tracing';

/** Delivers webhooks without a gateway. */
export interface Deliverer {
  whyNotReady: WhyNotReady;
  vitals: Vitals;
  /** Stops to deliver, then disconnects from the database. */
  stop(): Promise<void>;
}

/** Starts to deliver the webhooks of all accounts, on a migrated database. Rejects if it cannot. */
export async function startDeliverer({
  databaseUrl,
  poolSize,
  pooler = 'none',
  destinations: allowed,
  observe,
  tracing,
}: Pick<Options, Given>): Promise<Deliverer> {
  const database = connect({ url: databaseUrl, poolSize, pooler, observe, tracing });
  const events = eventStore(database);
  const live = startLive(events, { url: databaseUrl, pooler });
  const webhooks = openWebhooks({ database, events, live, observe, isDelivering: true, allowed });
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    await webhooks.stop();
    await live.stop();
    await disconnect(database);
  };
  try {
    await webhooks.start(loopTime().of);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    whyNotReady: readiness(database, () => (isStopping ? 'stopping' : null)),
    vitals: () => ({ ...NO_REQUESTS, webhooks: webhooks.vitals(), lanes: lanesOf(database) }),
    stop,
  };
}

/** The state of the APIs, which this process does not serve. */
const NO_REQUESTS = {
  ...{ requestsInFlight: 0, maxRequestsInFlight: 0, unsentBytes: 0, streams: 0, webSockets: 0 },
  ...{ eventsSent: 0, writes: 0 },
};
