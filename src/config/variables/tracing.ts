import { z } from 'zod';
import { otlpHeaders, otlpUrl, ratio, serviceName } from '../forms.ts';
import { variable } from '../purpose.ts';

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Which traces are sent, and where. OpenTelemetry defines the names of these variables. */
export const tracing = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(otlpUrl.optional(), {
    summary: 'Collector that traces are sent to',
    secret: 'none',
    details: 'Spans are sent to `/v1/traces` below it. See [Traces](tracing.md).',
    unset: 'no traces',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: variable(
    z.enum(PROTOCOLS).describe(PROTOCOLS.join(' or ')).default('http/protobuf'),
    { summary: 'How spans are sent', secret: 'none' },
  ),
  OTEL_EXPORTER_OTLP_HEADERS: variable(otlpHeaders.optional(), {
    summary: 'Headers to send with spans',
    secret: 'whole',
    details: 'Values are percent-encoded.',
    unset: 'none',
  }),
  OTEL_SERVICE_NAME: variable(serviceName.default('segments-gateway'), {
    summary: 'Name of the gateway in traces',
    secret: 'none',
  }),
  OTEL_TRACES_SAMPLER: variable(
    z
      .enum(SAMPLERS)
      .describe(`one of ${SAMPLERS.join(', ')}`)
      .default('parentbased_always_on'),
    {
      summary: 'Which traces are recorded',
      secret: 'none',
      details:
        'With `parentbased_`, a request with a `traceparent` is recorded if its caller records it, and the rest of the name applies to others.',
    },
  ),
  OTEL_TRACES_SAMPLER_ARG: variable(ratio.default(1), {
    summary: 'Part of the traces that a sampler with `traceidratio` records',
    secret: 'none',
  }),
};
