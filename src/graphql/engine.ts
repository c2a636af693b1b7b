import { type ExecutionResult, type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { compiledOperations } from './compiled-operations.ts';
import { masked } from './masking.ts';

/** Runs one operation. */
export type Engine = (params: GraphQLParams, how: How, context: Context) => Promise<ExecutionResult>;

type TracedEngine = ReturnType<typeof import('./inline-trace.ts').tracedEngine>;

interface How {
  /** By GET, it may change nothing. */
  method: string | undefined;
  /** With a trace of each field, for a router. */
  traced: boolean;
}

/**
 * GraphQL Yoga from the parsed parameters to the result: its checks, caches and plugins. Its HTTP layer is left
 * out: it costs twice what executing does, and reads paths by the end of the URL. An operation that came before
 * and passed them all is executed at once: a fifth more requests a second.
 */
export function graphqlEngine(schema: GraphQLSchema, introspection: boolean): Engine {
  const operations = compiledOperations();
  const options = {
    schema,
    batching: false,
    logging: false,
    maskedErrors: false, // done below, where the call is at hand to report to
    plugins: introspection ? [] : [useNoIntrospection],
  } as const;
  const yoga = createYoga<object, Context>({
    ...options,
    parserAndValidationCache: { documentCache: textCache(), errorCache: textCache() },
    plugins: [operations.plugin, ...options.plugins],
  });
  let traced: Promise<TracedEngine> | undefined;

  // What plugins see of a request: its method. What else they need of it is in the context.
  const seenByGet = new yoga.fetchAPI.Request('http://gateway/graphql');
  const seenByPost = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });

  const throughYoga = async (params: GraphQLParams, method: string | undefined, context: Context) => {
    const request = method === 'GET' ? seenByGet : seenByPost;
    const result = await yoga.getResultForParams({ params, request }, context);
    if (result && isResult(result)) return result;
    throw new TypeError('An operation gave no single result.');
  };

  const run: Engine = async (params, how, context) => {
    if (how.method === 'GET') return throughYoga(params, how.method, context);
    if (how.traced) {
      traced ??= import('./inline-trace.ts').then(({ tracedEngine }) => tracedEngine(options));
      return (await traced)(params, context);
    }
    const early = await operations.find(params)?.query(null, context, params.variables ?? {});
    // Without data nothing was executed, the variables being wrong: graphql-js says so in its own words.
    return early?.data === undefined ? throughYoga(params, how.method, context) : early;
  };

  return async (params, how, context) => {
    try {
      const result = await run(params, how, context);
      if (!result.errors) return result;
      return { ...result, errors: result.errors.map((error) => masked(error, context)) };
    } catch (error) {
      return { errors: [masked(error, context)] };
    }
  };
}

/** What Yoga knows of a text, bounded by the characters of all texts: a parsed one is many times as large. */
const textCache = <Value extends object>() =>
  new LRUCache<string, Value>({
    max: 1_000,
    maxSize: 2 * 1024 * 1024,
    sizeCalculation: (_, text) => text.length || 1,
  });

/** A stream of results is what subscriptions give; the schema has none. */
const isResult = (result: object): result is ExecutionResult => !(Symbol.asyncIterator in result);

const useNoIntrospection: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};
