import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoopShare } from '../fairness/loop-time.ts';
import { requestTargetOf } from './request-target.ts';
import { type TraceContext, traceContextOf } from './trace-context.ts';

/** One of the limited number of requests that are worked on at once. */
export interface Place {
  /** Gives the place back while a body arrives, and takes one again. Throws UNAVAILABLE if too many arrive, or none is left. */
  during<Result>(arrival: () => Promise<Result>): Promise<Result>;
  /** Gives the place back for good. */
  leave(): void;
}

/** One request and its answer, as the server hands them to a face. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The target's path, and what follows its `?`: see `requestTargetOf`. */
  path: string;
  query: string;
  requestId: string;
  /** Headers that the answer bears besides its face's own. */
  headers: Record<string, string>;
  /** The trace that it belongs to; for the log. */
  trace?: TraceContext | undefined;
  /** Whose request it turned out to be, by which token, and what it asked for; for the log. */
  accountId?: string | undefined;
  tokenId?: string | undefined;
  operation?: string | undefined;
  /** What it occupies until its face settles; nothing where no work is done for it. */
  place?: Place | undefined;
  /** The share of the event loop that the caller's account has. */
  loop?: LoopShare | undefined;
  /** Whether its answer is a buffer that other answers share. */
  isShared?: boolean | undefined;
  /** Told once, by `respond`, when the answer was handed to the socket. */
  onAnswered(exchange: Exchange): void;
}

/** An id that a caller may give (`X-Request-Id`), to follow a request through several systems. */
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
    onAnswered,
    // Not known yet. V8 allocates space for the properties of a literal; adding them later would copy the object.
    accountId: undefined,
    tokenId: undefined,
    operation: undefined,
    place: undefined,
    loop: undefined,
    isShared: undefined,
  };
}
