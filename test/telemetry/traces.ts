import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { tracingBy } from '../../src/telemetry/tracing/spans.ts';
import { until } from '../until.ts';

/** A span without what differs from run to run. */
export interface SpanTree {
  name: string;
  kind: string | undefined;
  attributes: Attributes;
  isError: boolean;
  spans: SpanTree[];
}

/** Returns a tracing that keeps its spans in memory, and functions that read them. */
export function traces() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const spansOf = (traceId: string) =>
    exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);

  let count = 0;
  return {
    tracing: tracingBy(provider.getTracer('test')),
    spans: () => exporter.getFinishedSpans(),
    spansOf,
    /** Returns a new trace: its id, and the header of a request that continues it. */
    newTrace(isSampled = true) {
      count += 1;
      const traceId = count.toString(16).padStart(32, '0');
      return { traceId, headers: { traceparent: `00-${traceId}-${SENDER}-0${isSampled ? 1 : 0}` } };
    },
    /** Waits until the span of a request has ended, and returns it with those below it. */
    async treeOf(traceId: string): Promise<SpanTree> {
      await until(() => spansOf(traceId).some(isRoot));
      const [tree] = below(spansOf(traceId), SENDER);
      if (!tree) throw new TypeError('A trace has no request.');
      return tree;
    },
  };
}

/** The span that sends the requests of the tests. */
export const SENDER = '00f067aa0ba902b7';

const isRoot = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId === SENDER;

const below = (spans: readonly ReadableSpan[], parent: string): SpanTree[] =>
  spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .toSorted((a, b) => nanoseconds(a) - nanoseconds(b))
    .map((span) => ({
      name: span.name,
      kind: SpanKind[span.kind],
      attributes: span.attributes,
      isError: span.status.code === SpanStatusCode.ERROR,
      spans: below(spans, span.spanContext().spanId),
    }));

const nanoseconds = ({ startTime: [seconds, rest] }: ReadableSpan) => (seconds % 100_000) * 1e9 + rest;

/** Returns the names in a tree, indented by their depth. */
export const namesIn = ({ name, spans }: SpanTree, depth = 0): string[] => [
  `${'  '.repeat(depth)}${name}`,
  ...spans.flatMap((span) => namesIn(span, depth + 1)),
];
