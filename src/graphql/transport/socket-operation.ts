import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { requireViewer } from '../../accounts/viewer.ts';
import type { Context } from '../../context.ts';
import { catalogue } from '../../errors/catalogue.ts';
import type { Refusal } from '../../errors/refusals.ts';
import { type Admitted, noteCodes } from '../../http/exchange.ts';
import { traceContextOf } from '../../http/trace-context.ts';
import type { Observe } from '../../observation.ts';
import { observeCause, shownOf } from '../../resolver.ts';
import type { Tracing } from '../../tracing.ts';
import type { Engine } from '../engine/engine.ts';
import { errorCodesOf } from '../engine/error-codes.ts';
import { graphqlErrorOf } from '../engine/refusal-error.ts';
import { isSubscribed } from '../engine/subscription.ts';
import { refusalOf } from './answer.ts';
import { operationNameOf } from './operation-name.ts';
import { RESULT_TYPE } from './representation.ts';
import { type Errors, endingWith, type Results } from './socket-results.ts';
import { tracedRun } from './traced-run.ts';

/** What operations over WebSocket need. */
export interface SocketCaller {
  contextOf(exchange: Admitted): Promise<Context>;
  run: Engine;
  observe: Observe;
  tracing?: Tracing | undefined;
}

/** Who calls: the request that opened the connection, with the token of `connection_init` in its headers. */
export interface Caller {
  socket: IncomingMessage['socket'];
  headers: IncomingHttpHeaders;
}

type Params = Parameters<Engine>[0];

/** Returns functions that identify the caller of a connection and begin its subscriptions. */
export function socketOperations({ contextOf, run, observe, tracing }: SocketCaller) {
  const runTraced = tracedRun(run);
  /** Observes the end of an operation, as that of a request. The status is the one that it would have over HTTP. */
  const observer = (exchange: Admitted, operation: string | undefined) => {
    const start = performance.now();
    const { requestId, request } = exchange;
    return (errors: Errors = []) => {
      noteCodes(exchange, errorCodesOf({ errors }));
      const { accountId, tokenId, span, requested, codes } = exchange;
      const status = errors.length > 0 ? refusalOf(errors, RESULT_TYPE, true).status : 200;
      const trace = span?.trace ?? traceContextOf(request.headers);
      const caller = { accountId, tokenId, trace, requestId };
      const ms = performance.now() - start;
      span?.end({ operation, status, codes });
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
      const name = operationNameOf(params);
      const end = observer(exchange, name);
      const span = tracing?.begin({ ...SOCKET, headers: caller.headers });
      exchange.span = span;
      const begun = async () => {
        try {
          const context = await contextOf(exchange);
          requireViewer(context);
          const result = await runTraced(name, params, EXECUTION, context);
          if (isSubscribed(result)) {
            span?.end({ operation: name, status: 200 }); // otherwise it would be sent hours later
            return endingWith(result, end);
          }
          end(result.errors);
          return result.errors ?? [];
        } catch (error) {
          const errors = [errorOf(refused(error, exchange))];
          end(errors);
          return errors;
        } finally {
          exchange.place?.leave(); // a stream is not work in flight
        }
      };
      return span ? span.within(begun) : begun();
    },
  };
}

const SOCKET = { face: 'graphql', method: 'WS', path: '/graphql', isStream: true } as const;
const EXECUTION = { method: 'POST', traced: false, returns: 'stream' } as const;

const exchangeOf = (request: Caller): Admitted => ({ request, requestId: randomUUID(), headers: {} });
