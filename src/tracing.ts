import type { IncomingHttpHeaders } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { ExchangeEnded } from './observation.ts';

/**
 * Records what requests do as spans. It is handed in, and undefined if tracing is off. Then nothing of OpenTelemetry is loaded, and
 * requests only pay for checks of that value.
 */
export interface Tracing {
  /** Begins the span of a request, in the trace of its `traceparent` header if it has a valid one. */
  begin(request: TracedRequest): RequestSpan;
  /** Returns for whom the current code works; undefined if nothing is recorded. */
  current(): Recording | undefined;
  /** Does work for several at once, such as the callers of one statement. */
  together<Result>(recordings: readonly (Recording | undefined)[], work: () => Result): Result;
  /** Sends a statement, and records it in the trace of everyone for whom it is sent. An empty name is that of a rare statement. */
  statement<Result extends Answered>(name: string, send: () => Promise<Result>): Promise<Result>;
}

/** The spans for which code works, and how many calls they made. */
export interface Recording {
  spans: readonly Span[];
  calls: number;
}

export interface TracedRequest {
  /** `WS` for an operation over WebSocket. */
  method: string | undefined;
  path: string;
  headers: IncomingHttpHeaders;
}

interface Answered {
  rows: readonly unknown[];
}

/** The span of one request, and what happens in it. If the trace is not sampled, nothing is recorded. */
export interface RequestSpan {
  /** The position of the request in its trace; for the log. */
  trace: { traceId: string; spanId: string; parentSpanId?: string | undefined };
  /** Does the work of the request. */
  within<Result>(work: () => Result): Result;
  /** Runs a GraphQL operation and records it, with the codes of the errors in its result. `work` must call `ofType`. */
  operation<Result>(
    name: string,
    work: () => Promise<Result>,
    codesOf: (result: Result) => readonly string[],
  ): Promise<Result>;
  /** Records the type of the operation: query, mutation or subscription. */
  ofType(type: string): void;
  /** Records the call of a resolver, in the operation if there is one. */
  resolver<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Ends the span. Only the first call has an effect: a stream calls it as soon as it has begun. */
  end(ended: Pick<ExchangeEnded, 'operation' | 'status' | 'codes'>): void;
}
