import { defineConfig, type GatewayPlugin } from '@graphql-hive/gateway';
import { GraphQLError } from 'graphql';
import { gatewayConfig as sse } from './sse.config.ts';

/** Subscribes to the segments over WebSocket. Queries and mutations are still sent over HTTP. */
export const gatewayConfig = defineConfig({
  ...sse,
  transportEntries: {
    segments: {
      options: {
        subscriptions: {
          kind: 'ws',
          location: '/graphql',
          options: { connectionParams: { authorization: '{context.headers.authorization}' } },
        },
      },
    },
  },
  plugins: () => [shownErrors],
});

/**
 * Passes the errors of a subscription on. The transport throws them as they were received, and the gateway would replace
 * what is thrown by "Unexpected error."
 */
const shownErrors: GatewayPlugin = {
  onSubgraphExecute:
    () =>
    ({ result, setResult }) => {
      if (!(Symbol.asyncIterator in result)) return;
      const results = result[Symbol.asyncIterator]();
      const shown = {
        next: () =>
          results.next().catch((thrown) => ({ done: false as const, value: { errors: errorsOf(thrown) } })),
        return: async () => (await results.return?.()) ?? { done: true as const, value: undefined },
        [Symbol.asyncIterator]: () => shown,
      };
      setResult(shown);
    },
};

/** The errors of a message of type `error`, or why there is no connection: 4403 if the token was rejected. */
function errorsOf(thrown: unknown): GraphQLError[] {
  if (Array.isArray(thrown)) {
    return thrown.map(({ message, path, extensions }) => new GraphQLError(message, { path, extensions }));
  }
  const { code, reason } = thrown as Partial<CloseEvent>; // the transport throws how the connection was closed
  if (code !== 4403) return [new GraphQLError('The subgraph closed the connection.')];
  return [new GraphQLError(reason ?? '', { extensions: { code: 'UNAUTHENTICATED' } })];
}
