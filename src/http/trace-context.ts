import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The position of a request in a trace that began elsewhere. */
export interface TraceContext {
  traceId: string;
  /** The span of this request. */
  spanId: string;
  /** The span that sent the request. */
  parentSpanId: string;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** Continues the trace of a `traceparent` header (W3C Trace Context). Undefined if the header is missing or malformed. */
export function traceContextOf({ traceparent }: IncomingHttpHeaders): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId, parentSpanId, more] = TRACEPARENT.exec(traceparent) ?? [];
  if (!traceId || !parentSpanId || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId: randomBytes(8).toString('hex'), parentSpanId };
}
