import { Trace } from '@apollo/usage-reporting-protobuf';
import { useApolloInstrumentation } from '@graphql-yoga/plugin-apollo-inline-trace';
import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  lexicographicSortSchema,
} from 'graphql';
import { createYoga, type GraphQLParams, type Plugin, type YogaServerOptions } from 'graphql-yoga';
import { isResults, type Results } from './shared-subscription.ts';
import type { OperationContext } from './subscription.ts';

type Options = YogaServerOptions<object, OperationContext> & { schema: GraphQLSchema };

/** Converts the errors of an execution to those that the caller sees. */
type Shown = (errors: readonly unknown[]) => GraphQLError[];

/** The timed fields by their paths, with dots between the elements. The path of the root is empty. */
type Nodes = ReadonlyMap<string, Trace.INode>;

/**
 * Creates an engine that adds a trace to the result as `extensions.ftv1`. It uses a copy of the schema, because tracing
 * wraps each resolver. So tracing costs nothing until the first trace is requested, and never slows down other requests.
 *
 * Only the timing of Apollo's plugin is used. The plugin would put errors into the trace with messages that are not meant
 * for the caller, such as names that `INTROSPECTION=off` hides. Its encoder passes each byte as an argument of one call,
 * which throws for traces of more than about 100 KB.
 */
export function tracedEngine({ schema, plugins = [], ...options }: Options) {
  const results = new WeakMap<Request, ExecutionResult | Results>();
  const [timing, timed] = useApolloInstrumentation({ ignoreRequest: () => false, rewriteError: () => null });
  const taking: Plugin = {
    onResultProcess({ request, result, setResultProcessor }) {
      results.set(request, result as ExecutionResult | Results); // batching is off
      setResultProcessor((_, { Response }) => new Response(), 'application/json'); // the face writes the answer
    },
  };
  const yoga = createYoga<object, OperationContext>({
    ...options,
    schema: lexicographicSortSchema(schema),
    plugins: [...plugins, timing, taking],
  });

  // The plugin begins a trace when Yoga receives a request, so Yoga is passed one.
  return async (
    params: GraphQLParams,
    context: OperationContext,
    shown: Shown,
  ): Promise<ExecutionResult | Results> => {
    const request = new yoga.fetchAPI.Request('http://gateway/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    await yoga.fetch(request, context);
    const result = results.get(request);
    if (!result) throw new TypeError('A traced operation returned no result.');
    if (isResults(result)) return result; // a subscription has no trace
    const told = result.errors ? { ...result, errors: shown(result.errors) } : result;
    const [timings] = timed.get(request)?.traces.values() ?? [];
    if (!timings) return told;
    for (const error of told.errors ?? []) noteError(timings.nodes, error);
    const ftv1 = Buffer.from(Trace.encode(timings.trace).finish()).toString('base64');
    return { ...told, extensions: { ...told.extensions, ftv1 } };
  };
}

/** Adds an error to the field that it concerns, or, if that was not reached, to the nearest field above it. */
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
