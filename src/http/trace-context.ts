import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Where a request stands in a trace that began elsewhere. */
export interface TraceContext {
  traceId: string;
  /** Of this request. */
  spanId: string;
  /** Of what sent it. */
  parentSpanId: string;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** Continues a trace by its `traceparent` (W3C Trace Context); undefined where there is none that can be read. */
export function traceContextOf({ traceparent }: IncomingHttpHeaders): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId, parentSpanId, more] = TRACEPARENT.exec(traceparent) ?? [];
  if (!traceId || !parentSpanId || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId: randomBytes(8).toString('hex'), parentSpanId };
}
