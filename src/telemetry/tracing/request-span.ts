import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { type TraceParent, traceParentOf } from '../../http/trace-context.ts';
import type { RequestSpan, TracedRequest } from '../../tracing.ts';
import { attributesOf, markFailed, methodOf, routeOf } from './attributes.ts';
import type { Spans } from './spans.ts';

/** Begins the span of a request. See `RequestSpan`. */
export function requestSpan(spans: Spans, request: TracedRequest): RequestSpan {
  const sender = traceParentOf(request.headers);
  const method = methodOf(request) ?? 'HTTP';
  const root = spans.begin(method, sender ? contextOf(sender, request) : ROOT_CONTEXT, {
    kind: SpanKind.SERVER,
    attributes: attributesOf(request),
  });
  const { traceId, spanId } = root.spanContext();
  const recording = root.isRecording() ? { spans: [root], calls: 1 } : undefined;
  let parent = root;

  return {
    trace: { traceId, spanId, parentSpanId: sender?.spanId },
    within: (work) => spans.workFor(recording, work),
    operation(name, work, codesOf) {
      if (!root.isRecording()) return work();
      const span = spans.begin('GraphQL Operation', root, { attributes: { 'graphql.operation.name': name } });
      parent = span;
      return spans.during(span, work, (result) => {
        const [code] = codesOf(result);
        if (code !== undefined) markFailed(span, code);
      });
    },
    ofType(type) {
      parent.updateName(type);
      parent.setAttribute('graphql.operation.type', type);
    },
    resolver(name, work) {
      if (!parent.isRecording()) return spans.workFor(undefined, work);
      return spans.during(spans.begin(name, parent), work);
    },
    end(ended) {
      if (!root.isRecording()) return;
      const route = routeOf(request, ended);
      if (route !== undefined) root.updateName(`${method} ${route}`).setAttribute('http.route', route);
      markAnswered(root, ended);
      spans.end(root);
    },
  };
}

/** The status of an aborted request is unknown. A status below 500 is no error of a server. */
function markAnswered(root: Span, { status, codes = [] }: Parameters<RequestSpan['end']>[0]): void {
  const [code] = codes;
  if (status === 'aborted') root.setAttribute('error.type', status);
  else {
    root.setAttribute('http.response.status_code', status);
    if (status >= 400) root.setAttribute('error.type', code ?? String(status));
    if (status >= 500) root.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function contextOf({ traceId, spanId, isSampled }: TraceParent, { headers }: TracedRequest): Context {
  const { tracestate } = headers;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(typeof tracestate === 'string' && { traceState: createTraceState(tracestate) }),
  });
}
