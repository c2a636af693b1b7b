import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { LIMITS, type Observation, type Observe } from '../../observation.ts';
import type { Vitals } from '../vitals.ts';
import { databaseMetrics } from './database.ts';
import type { Names } from './names.ts';
import { requestMetrics } from './requests.ts';
import { stateMetrics } from './state.ts';
import { kept, tally } from './tally.ts';
import { webhookMetrics } from './webhooks.ts';

/** The metrics of a process. */
export interface Metrics {
  observe: Observe;
  /** Shows the state of a gateway from now on. */
  watch(vitals: Vitals): void;
  /** Returns all series in the text format of Prometheus. */
  text(): Promise<string>;
  contentType: string;
}

/** Metrics of prom-client that list all connections at each scrape. */
const SLOW = ['handles', 'requests', 'resources'].flatMap((kind) => [
  `nodejs_active_${kind}`,
  `nodejs_active_${kind}_total`,
]);

/** Measures what is observed. Labels only have values of `names`, of our own lists, and the version of the gateway. */
export function metrics(names: Names, version: string): Metrics {
  const registry = new Registry();
  let vitals: Vitals | undefined;
  collectDefaultMetrics({ register: registry });
  for (const name of SLOW) registry.removeSingleMetric(name);
  new Gauge({
    name: 'segments_build_info',
    help: 'Always 1. The label is the version of the gateway.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  const exchangeEnded = requestMetrics(registry, names);
  const statementEnded = databaseMetrics(registry, () => vitals?.().lanes ?? []);
  stateMetrics(registry, () => vitals?.());
  const attemptEnded = webhookMetrics(registry, () => vitals?.().webhooks);
  const reached = tally({
    name: 'segments_limits_reached_total',
    help: 'Requests, streams, statements and connections that were refused because a limit was reached.',
    labels: ['limit'],
    registry,
  });
  const limits = new Map(LIMITS.map((limit) => [limit, reached({ limit })]));
  const faults = new Counter({
    name: 'segments_faults_total',
    help: 'Unexpected errors. The log describes them.',
    registers: [registry],
  });
  const deleted = tally({
    name: 'segments_cleanup_rows_total',
    help: 'Rows that were deleted or emptied because they are no longer kept.',
    labels: ['kind'],
    registry,
  });
  const rows = {
    keys: deleted({ kind: 'idempotency_keys' }),
    events: deleted({ kind: 'events' }),
    contents: deleted({ kind: 'event_contents' }),
    members: deleted({ kind: 'members' }),
    deliveries: deleted({ kind: 'webhook_deliveries' }),
  };

  function observe(observation: Observation): void {
    switch (observation.kind) {
      case 'exchange_ended':
        exchangeEnded(observation);
        break;
      case 'statement_ended':
        statementEnded(observation);
        break;
      case 'webhook_attempt_ended':
        attemptEnded(observation);
        break;
      case 'limit_reached':
        kept(limits, observation.limit, () => reached({ limit: observation.limit })).value += 1;
        break;
      case 'fault':
        faults.inc();
        break;
      case 'idempotency_keys_forgotten':
        rows.keys.value += observation.keys;
        break;
      case 'events_pruned':
        rows.events.value += observation.events;
        break;
      case 'contents_erased':
        rows.contents.value += observation.events;
        break;
      case 'members_cleaned':
        rows.members.value += observation.members;
        break;
      case 'deliveries_forgotten':
        rows.deliveries.value += observation.deliveries;
        break;
    }
  }

  return {
    observe,
    watch(given) {
      vitals = given;
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
