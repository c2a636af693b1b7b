import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createYoga, type GraphQLParams } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { shareOf } from '../../accounts/viewer.ts';
import type { Context } from '../../context.ts';
import { accountTurns } from '../../fairness/account-turns.ts';
import { charged } from '../../fairness/loop-time.ts';
import { useGuard } from '../limits/guard.ts';
import { useNoIntrospection } from '../limits/introspection.ts';
import type { BoundReads } from './admitted-operation.ts';
import { masked } from './masking.ts';
import { type Persistence, resolved } from './persisted-operations.ts';
import { repeatedOperations } from './repeated-operations.ts';
import { isResults, type Results } from './shared-subscription.ts';
import {
  type OperationContext,
  type Returns,
  type Subscribed,
  subscribed,
  useSubscriptions,
} from './subscription.ts';

/** Runs one operation. */
export interface Engine {
  (params: GraphQLParams, execution: Execution, context: Context): Promise<ExecutionResult | Subscribed>;
  /** The sizes of the caches, and the bytes that planned operations occupy. */
  kept(): Kept;
}

type Kept = ReturnType<ReturnType<typeof repeatedOperations>['kept']> & { documents: number; errors: number };

type TracedEngine = ReturnType<typeof import('./traced-engine.ts').tracedEngine>;

/** How an operation came, and what can be returned. */
export interface Execution {
  /** The method of the request. Mutations are refused if it is GET. */
  method: string | undefined;
  /** Whether to trace each field, for a router. */
  traced: boolean;
  /** What the transport can return; one result if omitted. */
  returns?: Returns;
}

interface Options extends Persistence {
  schema: GraphQLSchema;
  /** Whether callers can learn the schema, by introspection or by suggestions in errors. */
  introspection: boolean;
  boundReads: BoundReads;
}

/**
 * Uses GraphQL Yoga from the parsed parameters to the result, with its checks, caches and plugins. The HTTP layer of Yoga
 * is not used, because it takes longer than executing an operation and recognises paths by the end of the URL. An operation
 * that has passed the checks twice is executed without Yoga.
 */
export function graphqlEngine({ schema, introspection, boundReads, ...persistence }: Options): Engine {
  const operations = repeatedOperations(schema, boundReads);
  const documents = textCache<DocumentNode>(KEPT.documents);
  const errors = textCache<Error>(KEPT.errors);
  const options = {
    schema,
    batching: false,
    logging: false,
    maskedErrors: false, // done below, where the call is known
    parserAndValidationCache: { documentCache: documents, errorCache: errors },
    plugins: [
      useGuard(),
      operations.plugin,
      useSubscriptions(schema),
      ...(introspection ? [] : [useNoIntrospection()]),
    ],
  };
  /** For callers without a token: nothing that they send is kept. */
  const keepingNothing = { ...options, parserAndValidationCache: false };
  const yoga = createYoga<object, OperationContext>(options);
  const forgetful = createYoga<object, OperationContext>(keepingNothing);
  /** Reading and checking a text can take some 30 ms. */
  const first = accountTurns();
  let tracing: Promise<{ yoga: TracedEngine; forgetful: TracedEngine }> | undefined;

  // Plugins only see the method of a request. Everything else that they need is in the context.
  const seenByGet = new yoga.fetchAPI.Request('http://gateway/graphql');
  const seenByPost = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });

  const begun = <Result>(context: Context, work: () => Promise<Result>): Promise<Result> =>
    first.begin(shareOf(context), () => charged(context.loop, work));

  const throughYoga = async (
    params: GraphQLParams,
    method: string | undefined,
    context: OperationContext,
  ): Promise<ExecutionResult | Results> => {
    const request = method === 'GET' ? seenByGet : seenByPost;
    const used = context.viewer ? yoga : forgetful;
    const result = await begun(context, async () => used.getResultForParams({ params, request }, context));
    if (!result || Array.isArray(result)) throw new TypeError('An operation returned no result.');
    return result;
  };

  const traced = async (params: GraphQLParams, context: OperationContext) => {
    tracing ??= import('./traced-engine.ts').then(({ tracedEngine }) => ({
      yoga: tracedEngine(options),
      forgetful: tracedEngine(keepingNothing),
    }));
    const engines = await tracing;
    const used = context.viewer ? engines.yoga : engines.forgetful;
    return begun(context, () => used(params, context, (errors) => shown(errors, context)));
  };

  const run = (
    params: GraphQLParams,
    { method, traced: isTraced, returns = 'result' }: Execution,
    context: Context,
  ): Promise<ExecutionResult | Results> => {
    if (isTraced && method !== 'GET') return traced(params, { ...context, returns });
    const repeated = returns === 'stream' ? undefined : operations.find(params, method);
    return repeated
      ? repeated(params.variables ?? {}, context)
      : throughYoga(params, method, { ...context, returns });
  };

  const shown = (errors: readonly unknown[], context: Context): GraphQLError[] =>
    masked(errors, context, { suggestions: introspection });

  const engine = async (
    params: GraphQLParams,
    execution: Execution,
    context: Context,
  ): Promise<ExecutionResult | Subscribed> => {
    try {
      const result = await run(resolved(persistence, params), execution, context);
      if (isResults(result)) return subscribed(result, context, (errors) => shown(errors, context));
      return result.errors ? { ...result, errors: shown(result.errors, context) } : result;
    } catch (error) {
      return { errors: shown([error], context) };
    }
  };
  const kept = () => ({ ...operations.kept(), documents: documents.size, errors: errors.size });
  return Object.assign(engine, { kept });
}

/**
 * Max characters of the documents that Yoga caches. A parsed document is about a hundred times as large as its text.
 * Repeated operations do not reach Yoga.
 */
const KEPT = { documents: 32 * 1024, errors: 16 * 1024 };

const textCache = <Value extends object>(maxSize: number) =>
  new LRUCache<string, Value>({ max: 1_000, maxSize, sizeCalculation: (_, text) => text.length || 1 });
