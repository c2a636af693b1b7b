import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Context } from '../../context.ts';
import type { Admitted } from '../../http/exchange.ts';
import type { Observe } from '../../observation.ts';
import type { Engine } from '../engine/engine.ts';
import { isSubscribed, type Results, type Subscribed } from '../engine/subscription.ts';
import { operationNameOf } from './operation-name.ts';

/** What operations over WebSocket need. */
export interface SocketCaller {
  contextOf(exchange: Admitted): Promise<Context>;
  run: Engine;
  observe: Observe;
}

/** An operation, and the request that opened its connection. */
export interface Operation {
  request: IncomingMessage;
  params: Parameters<Engine>[0];
}

export type Perform = (operation: Operation) => Promise<ExecutionResult | Results>;

/** Returns functions that identify the caller of a connection, and perform its operations. Each is admitted like a request of its own. */
export function socketOperations({ contextOf, run, observe }: SocketCaller) {
  return {
    /** Whether the caller has a valid token. Throws UNAVAILABLE. */
    async identify(request: IncomingMessage): Promise<boolean> {
      const exchange = exchangeOf(request);
      const { viewer } = await contextOf(exchange);
      exchange.place?.leave();
      return viewer !== null;
    },

    async perform({ request, params }: Operation): Promise<ExecutionResult | Results> {
      const start = performance.now();
      const exchange = exchangeOf(request);
      const end = () =>
        observe({
          kind: 'exchange_ended',
          requestId: exchange.requestId,
          trace: undefined,
          method: 'WS',
          path: '/graphql',
          operation: operationNameOf(params),
          status: 200,
          ms: performance.now() - start,
          accountId: exchange.accountId,
          tokenId: exchange.tokenId,
        });
      try {
        const result = await run(params, { method: 'POST', traced: false }, await contextOf(exchange));
        if (isSubscribed(result)) return endingBy(result, end);
        end();
        return plain(result);
      } finally {
        exchange.place?.leave(); // a stream is not work in flight
      }
    },
  };
}

const exchangeOf = (request: IncomingMessage): Admitted => ({
  request,
  requestId: randomUUID(),
  headers: {},
});

const plain = (result: ExecutionResult): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map(withoutHttp) } : result;

/** An error without what only says how to answer over HTTP. */
function withoutHttp({ message, nodes, source, positions, path, extensions }: GraphQLError): GraphQLError {
  const { http: _, ...others } = extensions;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: others });
}

/** The results of a subscription. `return` ends it at once; a generator would first wait for the next result. */
function endingBy({ results, close }: Subscribed, end: () => void): Results {
  const iterator = results[Symbol.asyncIterator]();
  let hasEnded = false;
  const done = () => {
    if (!hasEnded) end();
    hasEnded = true;
    return { value: undefined, done: true } as const;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { value, done: isDone } = await iterator.next();
      return isDone ? done() : { value: plain(value), done: false };
    },
    async return() {
      close();
      return done();
    },
  };
}
