import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { contextOf } from './loader.ts';
import { type Context, reference, resolvers, typeDefs } from './schema.ts';

type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers']
>;

/** Apollo Server as a subgraph, in production. */
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const server = new ApolloServer<Context>({
  schema: buildSubgraphSchema({
    typeDefs: parse(LINK + typeDefs),
    // Its types only accept a context of type `unknown`.
    resolvers: { ...resolvers, Segment: { __resolveReference: reference } } as object as Resolvers,
  }),
  csrfPrevention: false,
});
await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  context: async ({ req }) => contextOf(String(req.headers['x-account'])),
});
