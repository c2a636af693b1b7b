import { Gauge, type Registry } from 'prom-client';
import { type Observation, WEBHOOK_OUTCOMES } from '../../observation.ts';
import type { WebhookVitals } from '../vitals.ts';
import { distribution } from './distribution.ts';
import { tally } from './tally.ts';

/** In seconds. An attempt can take 15. */
const DURATIONS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Measures attempts to deliver webhooks, and shows the state of their endpoints. */
export function webhookMetrics(
  registry: Registry,
  vitals: () => WebhookVitals | undefined,
): (ended: Extract<Observation, { kind: 'webhook_attempt_ended' }>) => void {
  const registers = [registry];
  const attempts = tally({
    name: 'segments_webhook_attempts_total',
    help: 'Attempts to deliver an event to a webhook endpoint, by what came of them.',
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
      this.set(vitals()?.attemptsInFlight ?? 0);
    },
  });
  new Gauge({
    name: 'segments_webhook_lag_seconds',
    help: 'Age of the oldest event that an enabled webhook endpoint of any account has not received yet.',
    registers,
    collect() {
      this.set(vitals()?.lag?.seconds ?? 0);
    },
  });
  new Gauge({
    name: 'segments_webhook_endpoints',
    help: 'Webhook endpoints of all accounts, by their status.',
    labelNames: ['status'],
    registers,
    collect() {
      const { enabled = 0, failing = 0, disabled = 0 } = vitals()?.lag?.endpoints ?? {};
      for (const [status, count] of Object.entries({ enabled, failing, disabled }))
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
