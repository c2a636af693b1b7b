import type { ExecutionResult, GraphQLError } from 'graphql';
import { STRANGER } from '../../accounts/viewer.ts';
import { MAX_RESPONSE } from '../../errors/refusals.ts';
import { fairQueue } from '../../fairness/fair-queue.ts';
import { charged } from '../../fairness/loop-time.ts';
import type { Exchange } from '../../http/exchange.ts';
import { respond, respondInTurns } from '../../http/respond.ts';
import { type SizedResult, tooLarge } from '../engine/admitted-operation.ts';
import { jsonInTurns } from './json-pieces.ts';
import { JSON_TYPE, type MediaType, RESULT_TYPE } from './representation.ts';

/** What an error says of its answer's HTTP: Yoga's convention. It is not part of what the caller reads. */
interface HttpExtension {
  status?: number;
  headers?: Record<string, string>;
  /** A status of GraphQL over HTTP, which the older media type does not know. */
  spec?: boolean;
}

/** Characters of a result that is written at once: even if each is escaped, in some milliseconds. */
const MAX_AT_ONCE = 256 * 1024;

/**
 * Large results that are written at once, and those of one account. Each takes up to 16 MiB while it is written: 8 MiB, and
 * once more as one buffer. Those that wait take what they were made of, and are never refused.
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
 * Returns what writes results. Large ones are written in turns, few at once. If one is too large with its trace, the trace is
 * left out; if it is too large without, RESPONSE_TOO_LARGE is written instead. Results of mutations are never too large:
 * `admittedOperation` has refused those that could be.
 */
export function resultWriter(): WriteResult {
  const large = fairQueue(LARGE);

  return (exchange, result, type) => {
    const { data, errors, extensions, size = 0 } = result;
    const told = { data, errors: errors?.map(shown), extensions };
    if (size <= MAX_AT_ONCE) {
      return charged(exchange.loop, () => write(exchange, result, type, JSON.stringify(told)));
    }
    return large.run(exchange.accountId ?? STRANGER, async () => {
      if (exchange.response.closed) return; // whoever asked has left meanwhile
      const json =
        (await jsonInTurns(told, MAX_RESPONSE, exchange.loop)) ??
        (extensions && (await jsonInTurns({ ...told, extensions: undefined }, MAX_RESPONSE, exchange.loop)));
      if (json) await write(exchange, result, type, json);
      else write(exchange, TOO_LARGE, type, JSON.stringify({ errors: TOO_LARGE.errors?.map(shown) }));
    });
  };
}

/**
 * Sends a result as JSON. One that holds data is answered 200, whatever its errors say of HTTP: a part of the operation was done,
 * and a client that took a 503 for "nothing was" would do it again (GraphQL over HTTP, Status Codes).
 */
function write(
  exchange: Exchange,
  { data, errors }: ExecutionResult,
  type: MediaType,
  json: string | readonly Buffer[],
): Promise<void> | void {
  const { status, headers } = data ? DONE : refusalOf(errors ?? [], type, data === undefined);
  const all = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    vary: 'accept',
    ...headers,
  };
  if (typeof json === 'string') respond(exchange, status, all, json);
  else return respondInTurns(exchange, status, all, json);
}

const TOO_LARGE = tooLarge();
const DONE = { status: 200, headers: {} };

/** The highest status of the errors, and all their headers. A request error without one is a 400 to those who know the newer type. */
function refusalOf(errors: readonly GraphQLError[], type: MediaType, isRequestError: boolean) {
  const all = errors.map(httpOf);
  const statuses = all.map(({ status = 0, spec }) => (spec && type === JSON_TYPE ? 0 : status));
  const fallback = isRequestError && type === RESULT_TYPE ? 400 : 200;
  return {
    status: Math.max(0, ...statuses) || fallback,
    headers: Object.assign({}, ...all.map(({ headers }) => headers)),
  };
}

const httpOf = (error: GraphQLError): HttpExtension => error.extensions?.http ?? {};

function shown(error: GraphQLError): object {
  const { message, locations, path } = error;
  const { http: _, ...extensions } = error.extensions;
  return { message, locations, path, extensions };
}
