import { type ExecutionResult, GraphQLError, type GraphQLSchema, subscribe } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { MAX_RESPONSE } from '../../errors/refusals.ts';
import { untilReady } from '../../fairness/loop-time.ts';
import { costOf } from '../limits/cost.ts';
import { MAX_COERCION_ERRORS } from '../planner/variable-values.ts';
import { admit, tooLarge } from './admitted-operation.ts';

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
 * Executes subscriptions by graphql-js. They are never planned. The cost of one result is checked and charged once, when the
 * subscription begins. Refuses operations that the transport of the caller cannot return, before anything is executed.
 */
export function useSubscriptions(schema: GraphQLSchema): Plugin<OperationContext> {
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
      const cost = costOf(schema, document, operationName);
      setSubscribeFn(async ({ variableValues }) => {
        const { points, bytes } = cost(variableValues ?? {});
        await admit(points, contextValue);
        if (bytes > MAX_RESPONSE) return tooLarge();
        const begun = await subscribe({
          ...{ schema, document, operationName, variableValues, contextValue },
          options: { maxCoercionErrors: MAX_COERCION_ERRORS },
        });
        contextValue.leavePlace();
        return begun;
      });
    },
  };
}

/** The results of a subscription, as graphql-js returns them. */
export type Results = AsyncIterable<ExecutionResult>;

/** Whether a value is the results of a subscription. */
export const isResults = (result: object): result is Results => Symbol.asyncIterator in result;

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
