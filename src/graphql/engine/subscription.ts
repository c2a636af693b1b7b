import { type ExecutionResult, type GraphQLError, type GraphQLSchema, subscribe } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { costOf } from '../limits/cost.ts';
import { MAX_COERCION_ERRORS } from '../planner/variable-values.ts';
import { admit } from './admitted-operation.ts';

/** A subscription that has begun. */
export interface Subscribed {
  results: AsyncIterable<ExecutionResult>;
  /** Ends the subscription. The results end, too. */
  close(): void;
}

/**
 * Executes subscriptions by graphql-js. They are never planned. The cost of one result is checked and charged once, when the
 * subscription begins.
 */
export function useSubscriptions(schema: GraphQLSchema): Plugin<Context> {
  return {
    onSubscribe({ args, setSubscribeFn }) {
      const { document, operationName } = args;
      const cost = costOf(schema, document, operationName);
      setSubscribeFn(async ({ variableValues, contextValue, ...execution }) => {
        await admit(cost(variableValues ?? {}).points, contextValue);
        return subscribe({ ...execution, variableValues, contextValue, options: OPTIONS });
      });
    },
  };
}

const OPTIONS = { maxCoercionErrors: MAX_COERCION_ERRORS };

/** What graphql-js gives for a subscription. */
export type Results = AsyncIterableIterator<ExecutionResult>;

/** Whether something is the results of a subscription, which come one by one. */
export const isResults = (result: object): result is Results => Symbol.asyncIterator in result;

/** Whether an operation is a subscription that has begun. */
export const isSubscribed = (result: ExecutionResult | Subscribed): result is Subscribed =>
  'results' in result;

/** Converts the errors in the results of a subscription. An error that ends it becomes its last result. */
export function subscribed(
  results: Results,
  shown: (errors: readonly unknown[]) => GraphQLError[],
): Subscribed {
  async function* all() {
    try {
      for await (const result of results) {
        yield result.errors ? { ...result, errors: shown(result.errors) } : result;
      }
    } catch (error) {
      yield { errors: shown([error]) };
    }
  }
  return { results: all(), close: () => void results.return?.() };
}
