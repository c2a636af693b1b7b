import { mercuriusFederationPlugin } from '@mercuriusjs/federation';
import DataLoader from 'dataloader';
import fastify from 'fastify';
import { camel, camelPage, type Row, retrieveMany } from './database.ts';
import { areMembers, membersAfter, type Pair, segmentsOfCustomers } from './members-database.ts';

/** Mercurius as a subgraph with members. Every request has a loader for each kind of lookup. */

const typeDefs = /* GraphQL */ `
  type Segment @key(fields: "id") {
    id: ID!
    name: String!
    criteria: String!
    description: String!
    createdAt: String!
    updatedAt: String!
    members(first: Int = 10, after: String): SegmentMemberConnection!
    hasMember(customerId: ID!): Boolean!
  }
  type Customer @key(fields: "id") {
    id: ID!
    segments(first: Int = 10): SegmentConnection!
    inSegments(ids: [ID!]!): [Boolean!]!
  }
  type SegmentMember { customer: Customer! joinedAt: String! }
  type SegmentMemberConnection { nodes: [SegmentMember!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type SegmentConnection { nodes: [Segment!]! pageInfo: PageInfo! }
  type Query { segment(id: ID!): Segment }
`;

declare module 'mercurius' {
  interface MercuriusContext {
    loaders: ReturnType<typeof loadersOf>;
  }
}

function loadersOf(account: string) {
  const pages = new Map<number, DataLoader<string, Row[]>>();
  return {
    account,
    segment: new DataLoader(async (ids: readonly string[]) =>
      (await retrieveMany(account, ids)).map((row) => row && camel(row)),
    ),
    hasMember: new DataLoader((pairs: readonly Pair[]) => areMembers(account, pairs), {
      cacheKeyFn: ({ segmentId, customerId }) => `${segmentId} ${customerId}`,
    }),
    /** Pages of one size share a loader. */
    segmentsOf(size: number) {
      const loader =
        pages.get(size) ??
        new DataLoader((customerIds: readonly string[]) => segmentsOfCustomers(account, customerIds, size));
      pages.set(size, loader);
      return loader;
    },
  };
}

/** The cursors are those of the gateway, so that the requests are the same. */
const cursorOf = (place: string) => Buffer.from(`m${place}`).toString('base64url');
const placeOf = (cursor?: string) =>
  cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString().slice(1));

interface Key {
  id: string;
}
type Context = { loaders: ReturnType<typeof loadersOf> };

const app = fastify({ logger: false });
app.register(mercuriusFederationPlugin, {
  schema: typeDefs,
  resolvers: {
    Query: { segment: (_: unknown, { id }: Key, { loaders }: Context) => loaders.segment.load(id) },
    Segment: {
      __resolveReference: ({ id }: Key, _: unknown, { loaders }: Context) => loaders.segment.load(id),
      async members(
        { id }: Key,
        { first, after }: { first: number; after?: string },
        { loaders: { account } }: Context,
      ) {
        const rows = await membersAfter(account, id, first, placeOf(after));
        const page = rows.slice(0, first);
        const last = page.at(-1);
        return {
          nodes: page.map(({ customer_id, joined_at }) => ({
            customer: { id: customer_id },
            joinedAt: joined_at.toISOString(),
          })),
          pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last.place) : null },
        };
      },
      hasMember: ({ id }: Key, { customerId }: { customerId: string }, { loaders }: Context) =>
        loaders.hasMember.load({ segmentId: id, customerId }),
    },
    Customer: {
      __resolveReference: ({ id }: Key) => ({ id }),
      segments: async ({ id }: Key, { first }: { first: number }, { loaders }: Context) =>
        camelPage(await loaders.segmentsOf(first).load(id), first),
      inSegments: ({ id }: Key, { ids }: { ids: string[] }, { loaders }: Context) =>
        loaders.hasMember.loadMany(ids.map((segmentId) => ({ segmentId, customerId: id }))),
    },
  },
  jit: 1,
  context: (request: { headers: Record<string, unknown> }) => ({
    loaders: loadersOf(String(request.headers['x-account'])),
  }),
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
