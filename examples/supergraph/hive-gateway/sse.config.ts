import { defineConfig } from '@graphql-hive/gateway';

/** Subscribes to the segments over Server-Sent Events, as Hive Gateway does by default. */
export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs: ({ request: { headers } }) => ({
      authorization: headers.get('authorization') ?? undefined,
      traceparent: headers.get('traceparent') ?? undefined,
      'x-request-id': headers.get('x-request-id') ?? undefined,
    }),
  },
});
