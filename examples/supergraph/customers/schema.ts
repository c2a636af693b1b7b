import SchemaBuilder from '@pothos/core';
import DirectivePlugin from '@pothos/plugin-directives';
import FederationPlugin from '@pothos/plugin-federation';
import { type Customer as CustomerShape, customerOf, customers } from './customers.ts';

export interface Context {
  /** Who looks after the customers of a segment, by the id of the segment. */
  managers: ReadonlyMap<string, string>;
}

const builder = new SchemaBuilder<{ Context: Context; DefaultFieldNullability: false }>({
  plugins: [DirectivePlugin, FederationPlugin],
  defaultFieldNullability: false,
});

interface Page {
  customers: readonly CustomerShape[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Returns a page of customers. A cursor is the id of a customer. */
function pageOf(first: number, after?: string | null): Page {
  const from = after ? customers.findIndex(({ id }) => id === after) + 1 : 0;
  const page = customers.slice(from, from + first);
  return { customers: page, hasNextPage: from + page.length < customers.length, hasPreviousPage: from > 0 };
}

// This subgraph has a `Node` and a `node` of its own. They do not conflict with those of the segments subgraph.
const Node = builder.interfaceRef<CustomerShape>('Node').implement({
  resolveType: () => 'Customer',
  fields: (t) => ({ id: t.exposeID('id') }),
});

const Customer = builder.objectRef<CustomerShape>('Customer').implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id'),
    // Nullable, because a segment can have members that this subgraph does not know, or no longer knows. If the field were
    // not nullable, one of them would make the whole segment null.
    name: t.exposeString('name', { nullable: true }),
  }),
});
builder.asEntity(Customer, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }) => customerOf(id),
});

const PageInfo = builder.objectRef<Page>('PageInfo').implement({
  directives: { shareable: true },
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
    startCursor: t.string({ nullable: true, resolve: ({ customers }) => customers.at(0)?.id }),
    endCursor: t.string({ nullable: true, resolve: ({ customers }) => customers.at(-1)?.id }),
  }),
});

const CustomerConnection = builder.objectRef<Page>('CustomerConnection').implement({
  fields: (t) => ({
    nodes: t.expose('customers', { type: [Customer] }),
    pageInfo: t.field({ type: PageInfo, resolve: (page) => page }),
  }),
});

builder.externalRef('Segment', builder.selection<{ id: string }>('id')).implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    accountManager: t.string({ nullable: true, resolve: ({ id }, _, { managers }) => managers.get(id) }),
  }),
});

builder.queryType({
  fields: (t) => ({
    customer: t.field({
      type: Customer,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => customerOf(id),
    }),
    customers: t.field({
      type: CustomerConnection,
      args: { first: t.arg.int({ defaultValue: 10 }), after: t.arg.string() },
      resolve: (_, { first, after }) => pageOf(first ?? 10, after),
    }),
    node: t.field({
      type: Node,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => customerOf(id),
    }),
  }),
});

export const schema = builder.toSubGraphSchema({
  linkUrl: 'https://specs.apollo.dev/federation/v2.9',
  federationDirectives: ['@extends', '@key', '@shareable'],
});
