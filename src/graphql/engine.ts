import { type ExecutionResult, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from '../context.ts';
import { compiledOperations } from './compiled-operations.ts';
import { masked } from './masking.ts';
import { schema } from './schema.ts';

/** Runs one operation, asked for by GET (then it may change nothing) or by POST. */
export type Engine = (
  params: GraphQLParams,
  method: string | undefined,
  context: Context,
) => Promise<ExecutionResult>;

/**
 * GraphQL Yoga from the parsed parameters to the result: its checks, caches and plugins. Its HTTP layer is left
 * out: it costs twice what executing does, and reads paths by the end of the URL. An operation that came before
 * and passed them all is executed at once: a fifth more requests a second.
 */
export function graphqlEngine(introspection: boolean): Engine {
  const operations = compiledOperations();
  const yoga = createYoga<Context>({
    schema,
    batching: false,
    logging: false,
    maskedErrors: false, // done below, where the call is at hand to report to
    parserAndValidationCache: { documentCache: textCache(), errorCache: textCache() },
    plugins: [operations.plugin, ...(introspection ? [] : [useNoIntrospection])],
  });

  // What plugins see of a request: its method. What else they need of it is in the context.
  const seenByGet = new yoga.fetchAPI.Request('http://gateway/graphql');
  const seenByPost = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });

  const throughYoga = async (
    params: GraphQLParams,
    method: string | undefined,
    context: Context,
  ): Promise<ExecutionResult> => {
    const request = method === 'GET' ? seenByGet : seenByPost;
    const result = await yoga.getResultForParams({ params, request }, context);
    if (result && isResult(result)) return result;
    throw new TypeError('An operation gave no single result.');
  };

  return async (params, method, context) => {
    try {
      const known = method === 'GET' ? undefined : operations.find(params);
      const early = await known?.query(null, context, params.variables ?? {});
      // Without data nothing was executed, the variables being wrong: graphql-js says so in its own words.
      const result = early?.data === undefined ? await throughYoga(params, method, context) : early;
      return result.errors
        ? { ...result, errors: result.errors.map((error) => masked(error, context)) }
        : result;
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
