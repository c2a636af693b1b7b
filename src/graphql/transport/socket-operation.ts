import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { requireViewer } from '../../accounts/viewer.ts';
import type { Context } from '../../context.ts';
import { catalogue } from '../../errors/catalogue.ts';
import type { Refusal } from '../../errors/refusals.ts';
import { type Admitted, noteCodes } from '../../http/exchange.ts';
import { traceContextOf } from '../../http/trace-context.ts';
import type { Observe } from '../../observation.ts';
import { observeCause, shownOf } from '../../resolver.ts';
import type { Engine } from '../engine/engine.ts';
import { errorCodesOf } from '../engine/error-codes.ts';
import { graphqlErrorOf } from '../engine/refusal-error.ts';
import { isSubscribed, type Subscribed } from '../engine/subscription.ts';
import { refusalOf } from './answer.ts';
import { operationNameOf } from './operation-name.ts';
import { RESULT_TYPE } from './representation.ts';

/** What operations over WebSocket need. */
export interface SocketCaller {
  contextOf(exchange: Admitted): Promise<Context>;
  run: Engine;
  observe: Observe;
}

/** Who calls: the request that opened the connection, with the token of `connection_init` in its headers. */
export interface Caller {
  socket: IncomingMessage['socket'];
  headers: IncomingHttpHeaders;
}

type Params = Parameters<Engine>[0];
type Errors = readonly GraphQLError[];

/** The results of a subscription. `return` ends it immediately. With a generator, it would have to wait for the next result. */
export type Results = Required<AsyncIterator<ExecutionResult, undefined>> & AsyncIterable<ExecutionResult>;

/** The errors that end a subscription. */
export class FinalErrors extends Error {
  readonly errors: Errors;

  constructor(errors: Errors) {
    super('The subscription ended with errors.');
    this.errors = errors;
  }
}

/** Returns functions that identify the caller of a connection and begin its subscriptions. */
export function socketOperations({ contextOf, run, observe }: SocketCaller) {
  /** Observes the end of an operation, as that of a request. The status is the one that it would have over HTTP. */
  const observer = (exchange: Admitted, operation: string | undefined) => {
    const start = performance.now();
    const { requestId, request } = exchange;
    return (errors: Errors = []) => {
      noteCodes(exchange, errorCodesOf({ errors }));
      const { accountId, tokenId, requested, codes } = exchange;
      const status = errors.length > 0 ? refusalOf(errors, RESULT_TYPE, true).status : 200;
      const trace = traceContextOf(request.headers);
      const caller = { accountId, tokenId, trace, requestId };
      const ms = performance.now() - start;
      observe({ kind: 'exchange_ended', ...caller, ...SOCKET, operation, requested, status, codes, ms });
    };
  };
  const refused = (error: unknown, { requestId }: Admitted): Refusal => {
    const refusal = shownOf(error, requestId);
    observeCause(refusal, { requestId, observe });
    return refusal;
  };
  const errorOf = (refusal: Refusal) =>
    graphqlErrorOf(refusal, { http: { status: catalogue[refusal.code].status } });

  return {
    /** Returns the context of the connection, or why it is refused. It holds no place. */
    async connect(caller: Caller): Promise<Context | Refusal> {
      const exchange = exchangeOf(caller);
      const end = observer(exchange, undefined);
      try {
        const context = await contextOf(exchange);
        requireViewer(context);
        return context;
      } catch (error) {
        const refusal = refused(error, exchange);
        end([errorOf(refusal)]);
        return refusal;
      } finally {
        exchange.place?.leave();
      }
    },

    /** Begins a subscription, which passes the same checks as a request. Returns errors if it is refused. Never throws. */
    async begin(caller: Caller, params: Params): Promise<Results | Errors> {
      const exchange = exchangeOf(caller);
      const end = observer(exchange, operationNameOf(params));
      try {
        const context = await contextOf(exchange);
        requireViewer(context);
        const result = await run(params, { method: 'POST', traced: false, returns: 'stream' }, context);
        if (isSubscribed(result)) return endingWith(result, end);
        end(result.errors);
        return result.errors ?? [];
      } catch (error) {
        const errors = [errorOf(refused(error, exchange))];
        end(errors);
        return errors;
      } finally {
        exchange.place?.leave(); // a stream is not work in flight
      }
    },
  };
}

const SOCKET = { face: 'graphql', method: 'WS', path: '/graphql', isStream: true } as const;

const exchangeOf = (request: Caller): Admitted => ({ request, requestId: randomUUID(), headers: {} });

function endingWith({ results, close }: Subscribed, observeEnd: (errors?: Errors) => void): Results {
  const iterator = results[Symbol.asyncIterator]();
  let hasEnded = false;
  const end = (errors?: Errors) => {
    if (!hasEnded) observeEnd(errors);
    hasEnded = true;
    close();
    return { value: undefined, done: true } as const;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { value, done } = await iterator.next();
      if (done) return end();
      const { data, errors = [] } = value;
      if (data !== undefined) return { value, done: false };
      end(errors);
      throw new FinalErrors(errors);
    },
    return: async () => end(),
    throw: async () => end(),
  };
}
