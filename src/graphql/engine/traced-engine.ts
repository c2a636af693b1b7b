import { Trace } from '@apollo/usage-reporting-protobuf';
import { useApolloInstrumentation } from '@graphql-yoga/plugin-apollo-inline-trace';
import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  lexicographicSortSchema,
} from 'graphql';
import { createYoga, type GraphQLParams, type Plugin, type YogaServerOptions } from 'graphql-yoga';
import type { Context } from '../../context.ts';

type Options = YogaServerOptions<object, Context> & { schema: GraphQLSchema };

/** The errors of an execution in the words that their caller may see. */
type Shown = (errors: readonly unknown[]) => GraphQLError[];

/** The fields that were timed, by their paths with dots between; the root's is empty. */
type Nodes = ReadonlyMap<string, Trace.INode>;

/**
 * The same engine with a trace in `extensions.ftv1`. It is made when the first trace is asked for, on a copy of the
 * schema, since tracing wraps each of its resolvers: until then it costs nothing, and never anything to other requests.
 *
 * Of Apollo's plugin only the timing is used. It keeps errors in words that are not meant for the caller, such as names that
 * `INTROSPECTION=off` hides, and its encoder passes each byte as an argument of one call, which throws from some 100 KB on.
 */
export function tracedEngine({ schema, plugins = [], ...options }: Options) {
  const results = new WeakMap<Request, ExecutionResult>();
  const [timing, timed] = useApolloInstrumentation({ ignoreRequest: () => false, rewriteError: () => null });
  const taking: Plugin = {
    onResultProcess({ request, result, setResultProcessor }) {
      results.set(request, result as ExecutionResult); // the schema has no streams
      setResultProcessor((_, { Response }) => new Response(), 'application/json'); // the face writes the answer
    },
  };
  const yoga = createYoga<object, Context>({
    ...options,
    schema: lexicographicSortSchema(schema),
    plugins: [...plugins, timing, taking],
  });

  // The plugin begins a trace where Yoga takes a request in, so it is given one.
  return async (params: GraphQLParams, context: Context, shown: Shown): Promise<ExecutionResult> => {
    const request = new yoga.fetchAPI.Request('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    await yoga.fetch(request, context);
    const result = results.get(request);
    if (!result) throw new TypeError('A traced operation gave no result.');
    const told = result.errors ? { ...result, errors: shown(result.errors) } : result;
    const [timings] = timed.get(request)?.traces.values() ?? [];
    if (!timings) return told;
    for (const error of told.errors ?? []) noteError(timings.nodes, error);
    const ftv1 = Buffer.from(Trace.encode(timings.trace).finish()).toString('base64');
    return { ...told, extensions: { ...told.extensions, ftv1 } };
  };
}

/** Notes an error at the field that it is about, or, where that was not reached, at the nearest one above it. */
function noteError(nodes: Nodes, { message, locations, path, extensions }: GraphQLError): void {
  const { http: _, ...told } = extensions;
  const error = new Trace.Error({
    message,
    location: locations?.map(({ line, column }) => new Trace.Location({ line, column })) ?? [],
    json: JSON.stringify({ message, locations, path, extensions: told }),
  });
  for (let length = path?.length ?? 0; length >= 0; length--) {
    const node = nodes.get(path?.slice(0, length).join('.') ?? '');
    if (!node) continue;
    node.error ??= [];
    node.error.push(error);
    return;
  }
}
