import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoopShare } from '../fairness/loop-time.ts';
import type { ExchangeEnded, FaceName } from '../observation.ts';
import type { RequestSpan } from '../tracing.ts';
import { requestTargetOf } from './request-target.ts';
import { type TraceContext, traceContextOf } from './trace-context.ts';

/** The place of a request. The number of requests that are worked on at the same time is limited. */
export interface Place {
  /**
   * Gives the place up while a body arrives, which counts as `size` bodies (1 by default). Throws UNAVAILABLE if too many are arriving,
   * or if no place is left.
   */
  during<Result>(arrival: () => Promise<Result>, size?: number): Promise<Result>;
  /** Gives the place up. */
  leave(): void;
}

/** A request and its answer, as the server passes them to a face. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The path and the query of the request target: see `requestTargetOf`. */
  path: string;
  query: string;
  requestId: string;
  /** Headers to send in addition to those of the face. */
  headers: Record<string, string>;
  /** The trace that the request belongs to; for the log. */
  trace?: TraceContext | undefined;
  /** The span of the request, if there is tracing. */
  span?: RequestSpan | undefined;
  /** What serves the request; for the metrics. */
  face: FaceName;
  /** What a GraphQL operation requests; for the metrics. */
  requested?: ExchangeEnded['requested'];
  /** The account, token and operation of the request, once they are known; for the log. */
  accountId?: string | undefined;
  tokenId?: string | undefined;
  operation?: string | undefined;
  /** The codes of the errors that the caller is sent: see `noteCodes`. */
  codes?: readonly string[] | undefined;
  /** The place that the request holds until its face settles, if it needs one. */
  place?: Place | undefined;
  /** The share of the event loop that the caller's account has. */
  loop?: LoopShare | undefined;
  /** Whether the body of the answer is a buffer that is shared with other answers. */
  isShared?: boolean | undefined;
  /** Whether the answer is a stream, which usually ends because the caller leaves. */
  isStream?: boolean | undefined;
  /** Called once by `respond`, when the answer was handed to the socket. */
  onAnswered(exchange: Exchange): void;
}

/** What is needed to admit a request, or an operation over a WebSocket. */
export type Admitted = Pick<
  Exchange,
  'requestId' | 'headers' | 'accountId' | 'tokenId' | 'place' | 'loop' | 'span' | 'requested' | 'codes'
> & {
  request: Pick<IncomingMessage, 'headers' | 'socket'>;
  response?: ServerResponse;
};

/** An id that a caller can send as `X-Request-Id`, to follow a request through several systems. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** Creates the exchange for a request. Uses the caller's request id if it is valid. */
export function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  onAnswered: Exchange['onAnswered'],
): Exchange {
  const given = request.headers['x-request-id'];
  const { path, query } = requestTargetOf(request.method, request.url);
  return {
    request,
    response,
    path,
    query,
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    headers: {},
    trace: traceContextOf(request.headers),
    face: 'page',
    onAnswered,
    // Not known yet. V8 allocates space for the properties of a literal; adding them later would copy the object.
    accountId: undefined,
    tokenId: undefined,
    operation: undefined,
    codes: undefined,
    span: undefined,
    requested: undefined,
    place: undefined,
    loop: undefined,
    isShared: undefined,
    isStream: undefined,
  };
}

/** Adds the codes of errors that the caller is sent to those of the exchange, each once. */
export function noteCodes(exchange: Pick<Exchange, 'codes'>, codes: readonly string[]): void {
  if (codes.length > 0) exchange.codes = [...new Set([...(exchange.codes ?? []), ...codes])];
}

/** Calls a function once a response has ended or its connection is closed; at once if that has already happened. */
export function onceClosed(response: ServerResponse, listener: () => void): void {
  if (response.closed) listener();
  else response.once('close', listener);
}
