import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { webhookMetrics } from '../../src/telemetry/metrics/webhooks.ts';
import type { WebhookVitals } from '../../src/telemetry/vitals.ts';
import { measureLag } from '../../src/webhooks/worker/lag-gauge.ts';
import { seriesOf } from '../telemetry/scraped.ts';
import { until } from '../until.ts';

const endpoints = { enabled: 1, failing: 2, disabled: 3 };
const lag = { seconds: 4, endpoints };

it('The state of endpoints is shown only while it is known', async () => {
  const registry = new Registry();
  let vitals: WebhookVitals | undefined;
  webhookMetrics(registry, () => vitals);
  const shown = async () => {
    const series = seriesOf(await registry.metrics());
    const states = ['attempts_in_flight', 'lag_seconds', 'endpoints{status="failing"}'];
    return states.map((name) => series.get(`segments_webhook_${name}`));
  };
  expect(await shown()).toEqual([undefined, undefined, undefined]);
  vitals = { attemptsInFlight: 0, lag };
  expect(await shown()).toEqual([0, 4, 2]);
  vitals = { attemptsInFlight: 5, lag: undefined };
  expect(await shown()).toEqual([5, undefined, undefined]);
});

it('A lag is not known once a measurement has failed', async () => {
  let isDown = false;
  const gauge = measureLag(async () => (isDown ? Promise.reject(new Error('down')) : lag), 10);
  expect(gauge.read()).toBeUndefined();
  await until(() => gauge.read() === lag);
  isDown = true;
  await until(() => gauge.read() === undefined);
  isDown = false;
  await until(() => gauge.read() === lag);
  gauge.stop();
});
