import { type ExecutionResult, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { useCompiledOperations } from './compiled-operations.ts';
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
 * out: it costs twice what executing does, and reads paths by the end of the URL.
 */
export function graphqlEngine(introspection: boolean): Engine {
  const yoga = createYoga<Context>({
    schema,
    batching: false,
    logging: false,
    maskedErrors: false, // done below, where the call is at hand to report to
    plugins: [useCompiledOperations(), ...(introspection ? [] : [useNoIntrospection])],
  });

  // What plugins see of a request: its method. What else they need of it is in the context.
  const seenByGet = new yoga.fetchAPI.Request('http://gateway/graphql');
  const seenByPost = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });

  return async (params, method, context) => {
    const seen = method === 'GET' ? seenByGet : seenByPost;
    try {
      const result = await yoga.getResultForParams({ params, request: seen }, context);
      if (!result || !isResult(result)) throw new TypeError('An operation gave no single result.');
      return result.errors
        ? { ...result, errors: result.errors.map((error) => masked(error, context)) }
        : result;
    } catch (error) {
      return { errors: [masked(error, context)] };
    }
  };
}

/** A stream of results is what subscriptions give; the schema has none. */
const isResult = (result: object): result is ExecutionResult => !(Symbol.asyncIterator in result);

const useNoIntrospection: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};
