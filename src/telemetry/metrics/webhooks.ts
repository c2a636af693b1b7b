import { Gauge, type Registry } from 'prom-client';
import { type Observation, WEBHOOK_OUTCOMES } from '../../observation.ts';
import type { WebhookVitals } from '../vitals.ts';
import { distribution } from './distribution.ts';
import { tally } from './tally.ts';

/** In seconds. An attempt can take 15. */
const DURATIONS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Shows a value, or none: prom-client shows 0 for a gauge that was never set. */
function show(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

/** Measures attempts to deliver webhooks, and shows the state of their endpoints. */
export function webhookMetrics(
  registry: Registry,
  vitals: () => WebhookVitals | undefined,
): (ended: Extract<Observation, { kind: 'webhook_attempt_ended' }>) => void {
  const registers = [registry];
  const attempts = tally({
    name: 'segments_webhook_attempts_total',
    help: 'Attempts to deliver an event to a webhook endpoint, by their result.',
    labels: ['outcome'],
    registry,
  });
  const duration = distribution({
    name: 'segments_webhook_attempt_duration_seconds',
    help: 'Time that an attempt to deliver an event took.',
    ...{ labels: [], bounds: DURATIONS, registry },
  })({});
  new Gauge({
    name: 'segments_webhook_attempts_in_flight',
    help: 'Attempts to deliver an event that wait for an answer now.',
    registers,
    collect() {
      show(this, vitals()?.attemptsInFlight);
    },
  });
  new Gauge({
    name: 'segments_webhook_lag_seconds',
    help: 'Age of the oldest event that a webhook endpoint of any account has not received yet, without failing and disabled endpoints.',
    registers,
    collect() {
      show(this, vitals()?.lag?.seconds);
    },
  });
  new Gauge({
    name: 'segments_webhook_endpoints',
    help: 'Webhook endpoints of all accounts, by their status.',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(vitals()?.lag?.endpoints ?? {}))
        this.set({ status }, count);
    },
  });
  const outcomes = new Map(WEBHOOK_OUTCOMES.map((outcome) => [outcome, attempts({ outcome })]));

  return ({ outcome, ms }) => {
    const count = outcomes.get(outcome);
    if (count) count.value += 1;
    duration.observe(ms / 1_000);
  };
}
