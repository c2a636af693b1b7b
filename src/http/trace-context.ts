import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The position of a request in a trace. */
export interface TraceContext {
  traceId: string;
  /** The span of this request. */
  spanId: string;
  /** The span that sent the request; undefined if the trace began here. */
  parentSpanId?: string | undefined;
}

/** The span that sent a request. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  /** Whether its system records the trace. */
  isSampled: boolean;
}

const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header (W3C Trace Context). Undefined if it is missing or malformed. */
export function traceParentOf({ traceparent }: IncomingHttpHeaders): TraceParent | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent) ?? [];
  if (!traceId || !spanId || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 };
}

/** Continues the trace of a `traceparent` header. Undefined if it is missing or malformed. */
export function traceContextOf(headers: IncomingHttpHeaders): TraceContext | undefined {
  const parent = traceParentOf(headers);
  if (!parent) return undefined;
  return { traceId: parent.traceId, spanId: randomBytes(8).toString('hex'), parentSpanId: parent.spanId };
}
