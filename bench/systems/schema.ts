import { camel, camelPage, create, type Draft, list, retrieve, retrieveMany } from './database.ts';

/** The part of the API that is measured, for peers that use SDL and resolvers. */
export const typeDefs = /* GraphQL */ `
  type Segment @key(fields: "id") {
    id: ID!
    name: String!
    criteria: String!
    description: String!
    createdAt: String!
    updatedAt: String!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type SegmentConnection { nodes: [Segment!]! pageInfo: PageInfo! }
  input CreateSegmentInput { name: String! criteria: String! description: String! }
  type CreateSegmentPayload { segment: Segment! }
  type Query {
    segment(id: ID!): Segment
    segments(first: Int = 10, after: String): SegmentConnection!
    nodes(ids: [ID!]!): [Segment]!
  }
  type Mutation { createSegment(input: CreateSegmentInput!): CreateSegmentPayload! }
`;

export interface Context {
  account: string;
  /** One loader per request, as is common with these systems. Aliases and entities of one request share a statement. */
  load(id: string): Promise<ReturnType<typeof camel> | null>;
}

const shown = (row: Parameters<typeof camel>[0] | null) => row && camel(row);

export const resolvers = {
  Query: {
    segment: async (_: unknown, { id }: { id: string }, { account }: Context) =>
      shown(await retrieve(account, id)),
    segments: async (_: unknown, { first, after }: { first: number; after?: string }, { account }: Context) =>
      camelPage(await list(account, first, after), first),
    nodes: async (_: unknown, { ids }: { ids: string[] }, { account }: Context) =>
      (await retrieveMany(account, ids)).map(shown),
  },
  Mutation: {
    createSegment: async (_: unknown, { input }: { input: Draft }, { account }: Context) => ({
      segment: camel(await create(account, input)),
    }),
  },
};

export const reference = ({ id }: { id: string }, { load }: Context) => load(id);
