import { type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { MAX_RESPONSE } from '../../errors/refusals.ts';
import { untilReady } from '../../fairness/stream-readiness.ts';
import { costOf } from '../limits/cost.ts';
import { operationOf } from '../planner/document.ts';
import { admit, tooLarge } from './admitted-operation.ts';
import { requestedOf } from './requested.ts';
import { type Results, sharedSubscribe } from './shared-subscription.ts';

/** A subscription that has begun. */
export interface Subscribed {
  /** One result for each event. If an error ends the subscription, the last result has errors and no data. */
  results: AsyncIterable<ExecutionResult>;
  /** Ends the subscription. The results end, too. */
  close(): void;
}

/** What the transport of a caller can return: one result, a stream of results, or either. */
export type Returns = 'result' | 'stream' | 'either';

/** The context of an operation, with what its caller can get. */
export interface OperationContext extends Context {
  returns: Returns;
}

/**
 * Executes subscriptions by graphql-js. They are never planned. Subscriptions with the same results share them. The cost of one result is checked and charged once, when the
 * subscription begins. Refuses operations that the transport of the caller cannot return, before anything is executed.
 */
export function useSubscriptions(schema: GraphQLSchema): Plugin<OperationContext> {
  const subscribe = sharedSubscribe(schema);
  return {
    onExecute({ args: { contextValue }, setResultAndStopExecution }) {
      if (contextValue.returns === 'stream') setResultAndStopExecution({ errors: [notAStream()] });
    },
    onSubscribe({ args, setResultAndStopExecution, setSubscribeFn }) {
      const { document, operationName, contextValue } = args;
      if (contextValue.returns === 'result') {
        setResultAndStopExecution({ errors: [needsStream()] });
        return;
      }
      const operation = operationOf(document, operationName);
      if (operation) contextValue.onRequested?.(requestedOf(document, operation));
      const cost = costOf(schema, document, operationName);
      setSubscribeFn(async ({ variableValues }) => {
        contextValue.span?.ofType(OperationTypeNode.SUBSCRIPTION);
        const { points, bytes } = cost(variableValues ?? {});
        await admit(points, contextValue);
        if (bytes > MAX_RESPONSE) return tooLarge();
        const begun = await subscribe({ document, operationName, variableValues, contextValue }, bytes);
        contextValue.leavePlace();
        return begun;
      });
    },
  };
}

/** Whether an operation is a subscription that has begun. */
export const isSubscribed = (result: ExecutionResult | Subscribed): result is Subscribed =>
  'results' in result;

/** Converts the errors in the results of a subscription. An error that ends it becomes its last result. */
export function subscribed(
  results: Results,
  { loop }: Pick<Context, 'loop'>,
  shown: (errors: readonly unknown[]) => GraphQLError[],
): Subscribed {
  const iterator = results[Symbol.asyncIterator]();
  async function* all() {
    try {
      for await (const result of { [Symbol.asyncIterator]: () => iterator }) {
        yield result.errors ? { ...result, errors: shown(result.errors) } : result;
        await untilReady(loop);
      }
    } catch (error) {
      yield { errors: shown([error]) };
    }
  }
  return { results: all(), close: () => void iterator.return?.() };
}

const needsStream = () =>
  new GraphQLError(
    'A subscription returns a stream. Send it with `Accept: text/event-stream`, or over WebSocket with the protocol graphql-transport-ws.',
    { extensions: { code: 'NOT_ACCEPTABLE', http: { status: 406 } } },
  );

const notAStream = () =>
  new GraphQLError('Only subscriptions can be sent over WebSocket. Send queries and mutations over HTTP.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
