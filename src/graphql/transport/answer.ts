import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { STRANGER } from '../../accounts/viewer.ts';
import { MAX_RESPONSE } from '../../errors/refusals.ts';
import { fairQueue } from '../../fairness/fair-queue.ts';
import { charged } from '../../fairness/loop-time.ts';
import type { Exchange } from '../../http/exchange.ts';
import { respond, respondInTurns } from '../../http/respond.ts';
import { type SizedResult, tooLarge } from '../engine/admitted-operation.ts';
import { jsonInTurns } from './json-pieces.ts';
import { EVENT_TYPE, JSON_TYPE, type MediaType, RESULT_TYPE } from './representation.ts';
import { onlyEvent, onlyEventInPieces } from './result-event.ts';

/** The HTTP status and headers that an error requests, by Yoga's convention. They are not shown to the caller. */
interface HttpExtension {
  status?: number;
  headers?: Record<string, string>;
  /** Whether the status is only used with the newer media type of GraphQL over HTTP. */
  spec?: boolean;
}

/** Max characters of a result that is written in one piece. It takes a few milliseconds, even if all are escaped. */
const MAX_AT_ONCE = 256 * 1024;

/**
 * Limits of large results that are written at the same time. Each one occupies up to 16 MiB: 8 MiB for the result and as
 * much for its JSON. A waiting result occupies only the former, and is never refused.
 */
const LARGE = {
  slots: 2,
  perAccount: 1,
  maxWaiting: Number.POSITIVE_INFINITY,
  patienceMs: Number.POSITIVE_INFINITY,
};

/** Writes a result as the answer of an exchange. */
export type WriteResult = (exchange: Exchange, result: SizedResult, type: MediaType) => Promise<void> | void;

/**
 * Returns the function that writes results. Large ones are written over several turns of the event loop, and few at the same
 * time. If a result is too large with its trace, the trace is left out. If it is too large without, RESPONSE_TOO_LARGE is
 * written instead. Results of mutations are never too large, because `admittedOperation` refuses mutations that could be.
 */
export function resultWriter(): WriteResult {
  const large = fairQueue(LARGE);

  return (exchange, result, type) => {
    const { data, errors, extensions, size = 0 } = result;
    const body = { data, errors: errors?.map(shown), extensions };
    if (size <= MAX_AT_ONCE) {
      return charged(exchange.loop, () => write(exchange, result, type, JSON.stringify(body)));
    }
    return large.run(exchange.accountId ?? STRANGER, async () => {
      if (exchange.response.closed) return; // the caller has closed the connection
      const json =
        (await jsonInTurns(body, MAX_RESPONSE, exchange.loop)) ??
        (extensions && (await jsonInTurns({ ...body, extensions: undefined }, MAX_RESPONSE, exchange.loop)));
      if (json) await write(exchange, result, type, json);
      else write(exchange, TOO_LARGE, type, JSON.stringify({ errors: TOO_LARGE.errors?.map(shown) }));
    });
  };
}

/**
 * Sends a result as JSON. If it has data, the status is 200, whatever its errors request: a part of the operation was done,
 * and a client could take a 503 as "nothing was done" and retry the whole operation (GraphQL over HTTP, Status Codes). In a
 * stream of events, it is always 200: browsers do not show the body of another status.
 */
function write(
  exchange: Exchange,
  { data, errors }: ExecutionResult,
  type: MediaType,
  json: string | readonly Buffer[],
): Promise<void> | void {
  const { status, headers } = data ? DONE : refusalOf(errors ?? [], type, data === undefined);
  const isEvent = type === EVENT_TYPE;
  const all = {
    'content-type': isEvent ? type : `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    vary: 'accept',
    ...headers,
  };
  if (typeof json === 'string') respond(exchange, status, all, isEvent ? onlyEvent(json) : json);
  else return respondInTurns(exchange, status, all, isEvent ? onlyEventInPieces(json) : json);
}

const TOO_LARGE = tooLarge();
const DONE = { status: 200, headers: {} };

/** Returns the highest status of the errors, and all headers. With the newer type, the default of a request error is 400. */
export function refusalOf(errors: readonly GraphQLError[], type: MediaType, isRequestError: boolean) {
  const all = errors.map(httpOf);
  const statuses = all.map(({ status = 0, spec }) => (spec && type === JSON_TYPE ? 0 : status));
  const fallback = isRequestError && type === RESULT_TYPE ? 400 : 200;
  return {
    status: type === EVENT_TYPE ? 200 : Math.max(0, ...statuses) || fallback,
    headers: Object.assign({}, ...all.map(({ headers }) => headers)),
  };
}

const httpOf = (error: GraphQLError): HttpExtension => error.extensions?.http ?? {};

/** An error without what only says how to answer over HTTP. */
export function shown(error: GraphQLError): GraphQLFormattedError {
  const { message, locations, path } = error;
  const { http: _, ...extensions } = error.extensions;
  return { message, locations, path, extensions };
}
