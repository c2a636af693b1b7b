import { useApolloInlineTrace } from '@graphql-yoga/plugin-apollo-inline-trace';
import { type ExecutionResult, type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { createYoga, type GraphQLParams, type YogaServerOptions } from 'graphql-yoga';
import type { Context } from '../context.ts';

type Options = YogaServerOptions<object, Context> & { schema: GraphQLSchema };

/**
 * The same engine with a trace in `extensions.ftv1`. It is made when the first trace is asked for, on a copy of the
 * schema, since tracing wraps each of its resolvers: until then it costs nothing, and never anything to other requests.
 */
export function tracedEngine({ schema, plugins = [], ...options }: Options) {
  const results = new WeakMap<Request, ExecutionResult>();
  const yoga = createYoga<object, Context>({
    ...options,
    schema: lexicographicSortSchema(schema),
    plugins: [
      ...plugins,
      useApolloInlineTrace({ ignoreRequest: () => false }),
      { onResultProcess: ({ request, result }) => void results.set(request, result as ExecutionResult) },
    ],
  });

  // The plugin begins a trace where Yoga takes a request in, so it is given one.
  return async (params: GraphQLParams, context: Context): Promise<ExecutionResult> => {
    const request = new yoga.fetchAPI.Request('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    await yoga.fetch(request, context);
    const result = results.get(request);
    if (result) return result;
    throw new TypeError('A traced operation gave no result.');
  };
}
