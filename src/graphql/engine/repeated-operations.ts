import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../../context.ts';
import { fairQueue } from '../../fairness/fair-queue.ts';
import { fieldCountOf } from '../limits/document-limits.ts';
import { conditionsOf, operationOf } from '../planner/document.ts';
import { MAX_PLANS } from '../planner/planned-operation.ts';
import { type AdmittedOperation, admittedOperation, type BoundReads } from './admitted-operation.ts';

/**
 * The sizes of the caches. An operation is planned when it is sent for the second time, because it will probably be sent
 * often. Until then, only its text is kept, so that operations that are sent once cannot displace the repeated ones. `once`
 * is limited in characters, `repeated` in bytes.
 */
const KEPT = {
  once: { max: 10_000, maxSize: 1024 * 1024 },
  repeated: { max: 1_000, maxSize: 32 * 1024 * 1024 },
};

/**
 * Limits of operations whose answers could be too large. Each can occupy 8 MiB for its answer and 9 MiB for rows that are
 * being read. One account can use only one of the two slots.
 */
const LARGE = { slots: 2, perAccount: 1, maxWaiting: 200, patienceMs: 5_000 };

/** Memory per character of a parsed document and per field of a plan on Node 24, rounded. */
const BYTES = { perCharacter: 75, perField: 1_100 };

/** Runs an operation for one caller. Throws COST_LIMIT and RATE_LIMITED. */
type Run = AdmittedOperation['run'];

/** Plans operations that are sent repeatedly, and executes them without Yoga. */
export interface RepeatedOperations {
  /**
   * Executes operations that passed the checks of Yoga and its plugins, and remembers them to recognise repeated ones.
   * Nothing is remembered of callers without a token, or of introspection.
   */
  plugin: Plugin<Context>;
  /**
   * Returns the function that runs a repeated operation. Undefined if the operation is not known, if the parameters are
   * malformed, or if it is a mutation by GET. Yoga answers these.
   */
  find(params: GraphQLParams, method: string | undefined): Run | undefined;
  /** The number of operations in each cache, and the bytes that planned operations occupy. */
  kept(): { once: number; repeated: number; bytes: number };
}

export function repeatedOperations(schema: GraphQLSchema, boundReads: BoundReads): RepeatedOperations {
  const once = new LRUCache<string, true>({ ...KEPT.once, sizeCalculation: (_, key) => key.length });
  const repeated = new LRUCache<string, AdmittedOperation>(KEPT.repeated);
  const server = { schema, large: fairQueue(LARGE), boundReads };

  /** Keeps an operation if it was sent before. Otherwise, remembers its text. */
  const learn = (key: string, admitted: AdmittedOperation, document: DocumentNode, name: Name) => {
    if (admitted.isIntrospection || repeated.has(key)) return;
    if (!once.has(key)) {
      once.set(key, true);
      return;
    }
    once.delete(key);
    repeated.set(key, admitted, { size: sizeOf(document, name) });
  };

  return {
    plugin: {
      onExecute({ args, setExecuteFn }) {
        const { schema: current, document, operationName } = args;
        const admitted = admittedOperation(server, document, operationName, current);
        if (!admitted) return;
        setExecuteFn(async ({ variableValues, contextValue }: ExecutionArgs) => {
          const context = contextValue as Context; // as the plugin's type says
          const result = await admitted.runOnce(variableValues ?? {}, context);
          const key = keyOf(document.loc?.source.body ?? '', operationName);
          if (current === schema && context.viewer) learn(key, admitted, document, operationName);
          return result;
        });
      },
    },
    find(params, method) {
      if (!isWellFormed(params)) return undefined;
      const { run, isMutation } = repeated.get(keyOf(params.query, params.operationName)) ?? {};
      return isMutation && method === 'GET' ? undefined : run;
    },
    kept: () => ({ once: once.size, repeated: repeated.size, bytes: repeated.calculatedSize }),
  };
}

type Name = string | null | undefined;

/** Estimates how many bytes an operation can occupy with all its plans. */
function sizeOf(document: DocumentNode, name: Name): number {
  const text = (document.loc?.end ?? 1) * BYTES.perCharacter;
  const operation = operationOf(document, name);
  if (!operation) return text;
  const plans = conditionsOf(document, operation).length > 0 ? MAX_PLANS : 1;
  return text + plans * fieldCountOf(document, operation) * BYTES.perField;
}

/** A key is unique, because the length of the name shows where the text begins. An empty name differs from no name. */
const keyOf = (text: string, operationName: string | null | undefined): string =>
  operationName === null || operationName === undefined
    ? ` ${text}`
    : `${operationName.length} ${operationName}${text}`;

type WellFormed = GraphQLParams & { query: string };

/** Whether parameters have the types that GraphQL over HTTP requires. */
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
