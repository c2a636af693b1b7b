import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import fastify from 'fastify';
import { contextOf } from './loader.ts';
import { type Context, reference, resolvers, typeDefs } from './schema.ts';

declare module 'mercurius' {
  interface MercuriusContext extends Context {}
}

/** Mercurius as a subgraph. It compiles documents after their first use. */
const app = fastify({ logger: false });
app.register(mercuriusFederationPlugin, {
  schema: typeDefs,
  resolvers: {
    ...resolvers,
    Segment: {
      __resolveReference: (key: { id: string }, _: unknown, context: Context) => reference(key, context),
    },
  },
  jit: 1,
  context: (request: { headers: Record<string, unknown> }) => contextOf(String(request.headers['x-account'])),
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
