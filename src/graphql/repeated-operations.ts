import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { type Cost, costOf } from './cost.ts';
import { conditionsOf, operationOf } from './engine/document.ts';
import type { Variables } from './engine/execution.ts';
import { MAX_PLANS, plannedOperation, type RunOperation } from './engine/planned-operation.ts';
import { MAX_COERCION_ERRORS } from './engine/variable-values.ts';
import { fieldCountOf, overLimit } from './limits.ts';

/**
 * An operation that comes once is not worth planning; one that comes again will come often. Of an operation that came
 * once only the text is kept, so that one-off operations cannot push out those that repeat. `once` is bounded in
 * characters, `repeated` in bytes.
 */
const KEPT = {
  once: { max: 10_000, maxSize: 1024 * 1024 },
  repeated: { max: 1_000, maxSize: 32 * 1024 * 1024 },
};
/** The objects that one operation may ask for: a hundred full pages. */
const MAX_COST = 10_000;

/** Memory per character of a parsed document and per field of a plan, as measured on Node 24. */
const BYTES = { perCharacter: 75, perField: 1_100 };

interface Operation {
  cost: Cost;
  /** Null if it cannot be planned: it is executed as any other. */
  run: RunOperation | null;
  isMutation: boolean;
}

/** Runs an operation for one caller. Throws COST_LIMIT and RATE_LIMITED. */
type Run = (variables: Variables, context: Context) => Promise<ExecutionResult>;

/** Operations that come again are planned, and executed without Yoga. */
export interface RepeatedOperations {
  /**
   * Executes what passed the checks of Yoga and its plugins, and learns from it which operations repeat. None runs
   * that costs more than an operation may cost or than its caller has left.
   */
  plugin: Plugin<Context>;
  /**
   * The way to run an operation that came before. Undefined if it did not, if its parameters are malformed, or if it
   * is a mutation by GET: Yoga has the answer to those.
   */
  find(params: GraphQLParams, method: string | undefined): Run | undefined;
}

export function repeatedOperations(schema: GraphQLSchema): RepeatedOperations {
  const once = new LRUCache<string, true>({ ...KEPT.once, sizeCalculation: (_, key) => key.length });
  const repeated = new LRUCache<string, Operation>(KEPT.repeated);

  return {
    plugin: {
      async onExecute({ args, setExecuteFn }) {
        const { document, operationName, variableValues, contextValue } = args;
        setExecuteFn(executeByGraphqlJs);
        const key = keyOf(document.loc?.source.body ?? '', operationName);
        const cost = repeated.get(key)?.cost ?? costOf(schema, document, operationName);
        await admit(cost(variableValues ?? {}), contextValue);
        const definition = operationOf(document, operationName);
        if (repeated.has(key) || !definition) return;
        if (!once.has(key)) {
          once.set(key, true);
          return;
        }
        once.delete(key);
        const operation = {
          cost,
          run: plannedOperation(schema, document, operationName),
          isMutation: definition.operation === OperationTypeNode.MUTATION,
        };
        repeated.set(key, operation, { size: sizeOf(document, definition) });
      },
    },
    find(params, method) {
      if (!isWellFormed(params)) return undefined;
      const { cost, run, isMutation } = repeated.get(keyOf(params.query, params.operationName)) ?? {};
      if (!cost || !run || (isMutation && method === 'GET')) return undefined;
      return async (variables, context) => {
        await admit(cost(variables), context);
        return run(variables, context);
      };
    },
  };
}

/** About how many bytes a planned operation can come to take. */
function sizeOf(document: DocumentNode, operation: OperationDefinitionNode): number {
  const text = (document.loc?.end ?? 1) * BYTES.perCharacter;
  const plans = conditionsOf(document, operation).length > 0 ? MAX_PLANS : 1;
  return text + plans * fieldCountOf(document, operation) * BYTES.perField;
}

/** What the planned operations are held against. */
const executeByGraphqlJs = (args: ExecutionArgs) =>
  execute({ ...args, options: { maxCoercionErrors: MAX_COERCION_ERRORS } });

/** Throws COST_LIMIT for an operation that costs more than any may, RATE_LIMITED for more than its caller has left. */
async function admit(cost: number, context: Context): Promise<void> {
  if (cost > MAX_COST) {
    const max = MAX_COST.toLocaleString('en');
    throw overLimit(
      'COST_LIMIT',
      `An operation may ask for ${max} objects at most; this one could give ${cost.toLocaleString('en')}.`,
    );
  }
  await context.spend(cost);
}

/** No two operations share a key: the length of the name tells where the text begins. An empty name is a name. */
const keyOf = (text: string, operationName: string | null | undefined): string =>
  operationName === null || operationName === undefined
    ? ` ${text}`
    : `${operationName.length} ${operationName}${text}`;

type WellFormed = GraphQLParams & { query: string };

/** Whether parameters have the types that GraphQL over HTTP gives them. Nothing reads `extensions`. */
function isWellFormed(params: GraphQLParams): params is WellFormed {
  if (typeof params !== 'object' || params === null) return false;
  const { query, operationName, variables, extensions } = params;
  return (
    typeof query === 'string' &&
    typeof (operationName ?? '') === 'string' &&
    isMap(variables ?? {}) &&
    isMap(extensions ?? {})
  );
}

const isMap = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);
