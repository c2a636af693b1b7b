import { type ExecutionResult, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { Exchange } from '../http/server.ts';
import { useCompiledOperations } from './compiled-operations.ts';
import { masked } from './masking.ts';
import { schema } from './schema.ts';

/** Runs one operation for one request. */
export type Engine = (
  params: GraphQLParams,
  exchange: Exchange,
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

  return async (params, { request }, context) => {
    // What plugins see of the request. Its address is not made of the Host header, which is anybody's.
    const { method = 'POST', headers } = request;
    const seen = new yoga.fetchAPI.Request('http://gateway/graphql', { method, headers: headersOf(headers) });
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

const headersOf = (headers: Exchange['request']['headers']) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

const useNoIntrospection: Plugin = {
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
};
