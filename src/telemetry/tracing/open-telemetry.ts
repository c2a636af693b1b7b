import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Observe } from '../../observation.ts';
import type { Tracing } from '../../tracing.ts';
import { exporterFor, observedExporter, type Protocol } from './exporter.ts';
import { type SamplerName, samplerFor } from './sampler.ts';
import { tracingBy } from './spans.ts';

interface Options {
  protocol: Protocol;
  /** Headers to send to the collector. */
  headers: Record<string, string> | undefined;
  sampler: SamplerName;
  /** The part of traces that begin here to sample, from 0 to 1. */
  ratio: number;
  observe: Observe;
}

/** How many spans wait to be sent. Further ones are dropped, so that a slow collector costs no more memory. */
const MAX_WAITING = 4_096;
/** Max milliseconds for sending the remaining spans when the gateway stops. */
const PATIENCE_MS = 2_000;

/** Starts to send spans to the collector of OTEL_EXPORTER_OTLP_ENDPOINT. This module is loaded only if that is set. */
export async function startTracing({ protocol, headers, sampler, ratio, observe }: Options) {
  const provider = new TracerProvider({
    // What else the SDK could detect is not sent: the command line of a process can contain secrets.
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'segments-gateway' }))
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: samplerFor(sampler, ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: observedExporter(await exporterFor(protocol, headers), observe),
        maxQueueSize: MAX_WAITING,
      }),
    ],
  });
  const tracing: Tracing = tracingBy(provider.getTracer('segments-gateway'));
  return {
    tracing,
    /** Sends the spans that are left, for at most two seconds. */
    async stop(): Promise<void> {
      await Promise.race([provider.shutdown().catch(() => {}), sleep(PATIENCE_MS)]);
    },
  };
}
