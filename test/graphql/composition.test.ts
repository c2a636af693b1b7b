import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { federateSubgraphs } from '@wundergraph/composition';
import { buildSchema, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printedSchema } from '../../src/graphql/schema.ts';

const customers = readFileSync('examples/supergraph/customers/schema.graphql', 'utf8');
/** A subgraph of another team, with every type that a larger graph may define as well. */
const otherWith = (dateTime: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  interface Node { id: ID! }
  scalar DateTime ${dateTime}
  enum OrderDirection { ASC DESC }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Order implements Node @key(fields: "id") { id: ID! placedAt: DateTime! }
  type OrderEdge { node: Order! cursor: String! }
  type OrderConnection { edges: [OrderEdge!]! pageInfo: PageInfo! }
  input OrderOrder { field: String! direction: OrderDirection! }
  union CreateOrderResult = CreateOrderPayload | NotFound
  interface Error { message: String! }
  type NotFound implements Error { message: String! }
  type CreateOrderPayload { order: Order! }
  type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! orders(orderBy: OrderOrder): OrderConnection! }
  type Mutation { createOrder: CreateOrderResult! }
`;
const DATE_TIME = '@specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time")';
const other = otherWith(DATE_TIME);
const graphs = [
  { name: 'segments', sdl: printedSchema },
  { name: 'customers', sdl: customers },
];
/** A subgraph of a team that owns customers, and knows nothing of segments. */
const ownerWith = (keys: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  scalar DateTime ${DATE_TIME}
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Address { street: String! city: String! }
  type Customer ${keys} { id: ID! email: String! name: String address: Address joinedAt: DateTime! isIn(country: String!): Boolean! }
  type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
  input CustomerFilter { email: String member: Boolean }
  type Query { customer(id: ID, email: String): Customer customers(filter: CustomerFilter): CustomerConnection! }
  type Mutation { renameCustomer(id: ID!, name: String!): Customer }
`;
const owner = ownerWith('@key(fields: "id")');
const urlOf = (name: string) => `http://${name}.example.com/graphql`;

describe.each([
  ['alone', graphs.slice(0, 1)],
  ['with the customers subgraph of the example', graphs],
  [
    'with a subgraph that also has a Node, a PageInfo, a DateTime and an OrderDirection',
    [graphs[0], { name: 'other', sdl: other }],
  ],
  ['with a subgraph that owns customers', [graphs[0], { name: 'owner', sdl: owner }]],
  [
    'with a subgraph whose customers have two keys',
    [graphs[0], { name: 'owner', sdl: ownerWith('@key(fields: "id") @key(fields: "email")') }],
  ],
  ['with a subgraph whose DateTime has no @specifiedBy', [graphs[0], { name: 'other', sdl: otherWith('') }]],
])('the subgraph composes %s', (_, chosen) => {
  const services = chosen
    .flatMap((graph) => graph ?? [])
    .map(({ name, sdl }) => ({ name, url: urlOf(name), typeDefs: parse(sdl) }));

  it("in Apollo's composer, without a hint", () => {
    const { errors, supergraphSdl, hints } = composeServices(services);
    expect(errors ?? []).toEqual([]);
    expect(hints?.map(({ message }) => message)).toEqual([]);
    expect(supergraphSdl).toContain('type Segment');
  });

  it("in The Guild's composer", () => {
    const { supergraphSdl, errors } = composeByTheGuild(services);
    expect(errors ?? []).toEqual([]);
    expect(supergraphSdl).toContain('type Segment');
  });

  it("in Cosmo's composer, without a warning", () => {
    const subgraphs = services.map(({ typeDefs, ...rest }) => ({ ...rest, definitions: typeDefs }));
    const composed = federateSubgraphs({ subgraphs, version: '1' });
    expect(composed.success ? [] : composed.errors).toEqual([]);
    expect(composed.warnings).toEqual([]);
  });
});

describe('the subgraph composes with a subgraph whose DateTime is specified elsewhere', () => {
  const elsewhere = otherWith('@specifiedBy(url: "https://example.com/date-time")');
  const services = [...graphs.slice(0, 1), { name: 'other', sdl: elsewhere }].map(({ name, sdl }) => ({
    name,
    url: urlOf(name),
    typeDefs: parse(sdl),
  }));

  it("in Apollo's composer, which hints at the difference", () => {
    const { errors, hints } = composeServices(services);
    expect(errors ?? []).toEqual([]);
    expect(hints?.map(({ message }) => message)).toEqual([expect.stringContaining('@specifiedBy')]);
  });

  it("in The Guild's composer", () => expect(composeByTheGuild(services).errors ?? []).toEqual([]));

  it("in Cosmo's composer", () => {
    const subgraphs = services.map(({ typeDefs, ...rest }) => ({ ...rest, definitions: typeDefs }));
    expect(federateSubgraphs({ subgraphs, version: '1' }).success).toBe(true);
  });
});

describe('the supergraph', () => {
  const fieldsOf = (type: string, second: { name: string; sdl: string }) => {
    const { publicSdl } = composeByTheGuild(
      [...graphs.slice(0, 1), second].map(({ name, sdl }) => ({
        name,
        url: urlOf(name),
        typeDefs: parse(sdl),
      })),
    );
    const found = buildSchema(publicSdl ?? '').getType(type);
    return isObjectType(found) ? Object.keys(found.getFields()).toSorted() : [];
  };

  it('has the query fields of both subgraphs', () => {
    expect(fieldsOf('Query', { name: 'other', sdl: other })).toEqual([
      'node',
      'nodes',
      'orders',
      'segment',
      'segmentEvents',
      'segmentWebhook',
      'segmentWebhooks',
      'segments',
    ]);
  });

  it('has the fields of both subgraphs on a customer', () => {
    expect(fieldsOf('Customer', { name: 'owner', sdl: owner })).toEqual([
      'address',
      'email',
      'id',
      'inSegments',
      'isIn',
      'joinedAt',
      'name',
      'segments',
    ]);
  });
});
