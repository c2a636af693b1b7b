import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Observe } from '../../observation.ts';

/** The protocols of OTLP that spans can be sent in. */
export type Protocol = 'http/protobuf' | 'http/json';

/** While the collector is down, this is observed at most once in this time. */
const OBSERVED_MS = 60_000;

/** Returns the exporter for a protocol. It reads the address of the collector itself. Only its package is loaded. */
export async function exporterFor(
  protocol: Protocol,
  headers: Record<string, string> = {},
): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await (protocol === 'http/json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'));
  return new OTLPTraceExporter({ headers });
}

/**
 * Observes how many spans an exporter could not deliver, with a code that says why: immediately at first, then at most once per minute.
 * The message of the error is left out, because it can contain what the collector answered.
 */
export function observedExporter(exporter: SpanExporter, observe: Observe): SpanExporter {
  let lost = 0;
  let observed = Number.NEGATIVE_INFINITY;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) {
          lost += spans.length;
          if (performance.now() - observed >= OBSERVED_MS) {
            observe({ kind: 'spans_lost', spans: lost, reason: reasonOf(result.error) });
            observed = performance.now();
            lost = 0;
          }
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

const reasonOf = (error: Error): string => ('code' in error && error.code ? String(error.code) : error.name);
