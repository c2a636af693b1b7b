import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { type Caller, visibilityOf } from '../../accounts/viewer.ts';
import { operationOf } from '../planner/document.ts';
import { variablesOfResults } from '../planner/result-variables.ts';
import { MAX_COERCION_ERRORS } from '../planner/variable-values.ts';
import { type Execute, sharedResults } from './shared-results.ts';

/** The results of a subscription, as graphql-js returns them. */
export type Results = AsyncIterable<ExecutionResult>;

/** Whether a value is the results of a subscription. */
export const isResults = (result: object): result is Results => Symbol.asyncIterator in result;

type Operation = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & {
  contextValue: Caller;
};

const EXECUTION = { maxCoercionErrors: MAX_COERCION_ERRORS };

/**
 * Returns a function that does what `subscribe` of graphql-js does, but executes a subscription only once for each event, although
 * many callers may have sent it. `bytes` is the max size of a result.
 */
export function sharedSubscribe(schema: GraphQLSchema) {
  const share = sharedResults();
  const keyOf = sharingKeys(schema);

  return async (operation: Operation, bytes: number): Promise<ExecutionResult | Results> => {
    const args = { schema, ...operation, options: EXECUTION };
    const events = await createSourceEventStream(args);
    if (!isEvents(events)) return events;
    const resultOf: Execute = (rootValue) => execute({ ...args, rootValue });
    return mapped(events, share({ key: keyOf(operation), bytes }, resultOf));
  };
}

const isEvents = (begun: object): begun is AsyncIterable<unknown> => Symbol.asyncIterator in begun;

/** Maps each event to its result. `return` ends the events immediately. */
function mapped(events: AsyncIterable<unknown>, resultOf: Execute): AsyncIterableIterator<ExecutionResult> {
  const iterator = events[Symbol.asyncIterator]();
  const done = { value: undefined, done: true } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { value, done: isOver } = await iterator.next();
      return isOver ? done : { value: await resultOf(value), done: false };
    },
    async return() {
      await iterator.return?.();
      return done;
    },
  };
}

/**
 * Returns the function that computes a key of a subscription. Subscriptions have the same one if they are the same operation of the
 * same document, their callers can see the same, and the variables on which results depend are equal.
 */
function sharingKeys(schema: GraphQLSchema) {
  const known = new WeakMap<OperationDefinitionNode, { id: number; names: string[] }>();
  let nextId = 0;

  const identityOf = (document: DocumentNode, operation: OperationDefinitionNode) => {
    const identity = known.get(operation) ?? {
      id: nextId++,
      names: variablesOfResults(schema, document, operation),
    };
    known.set(operation, identity);
    return identity;
  };

  return ({ document, operationName, variableValues, contextValue: { viewer } }: Operation): string => {
    const operation = operationOf(document, operationName);
    if (!operation) throw new TypeError('A subscription without an operation began.');
    const { id, names } = identityOf(document, operation);
    const given = variableValues ?? {};
    // An absent variable differs from null. All values came as JSON and are written as JSON again.
    const used = names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]);
    return JSON.stringify([id, visibilityOf(viewer), used]);
  };
}
