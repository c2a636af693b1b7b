import SchemaBuilder from '@pothos/core';
import DirectivePlugin from '@pothos/plugin-directives';
import FederationPlugin from '@pothos/plugin-federation';
import { type Customer as CustomerShape, customers, type Members } from './members.ts';

const builder = new SchemaBuilder<{ Context: { members: Members }; DefaultFieldNullability: false }>({
  plugins: [DirectivePlugin, FederationPlugin],
  defaultFieldNullability: false,
});

interface Page {
  customers: CustomerShape[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Returns a page of customers. A cursor is the id of a customer. */
function pageOf(all: readonly CustomerShape[], first: number, after?: string | null): Page {
  const from = after ? all.findIndex(({ id }) => id === after) + 1 : 0;
  const page = all.slice(from, from + first);
  return { customers: page, hasNextPage: from + page.length < all.length, hasPreviousPage: from > 0 };
}

// This subgraph has a `Node` and a `node` of its own. They do not conflict with those of the segments subgraph.
const Node = builder.interfaceRef<CustomerShape>('Node').implement({
  resolveType: () => 'Customer',
  fields: (t) => ({ id: t.exposeID('id') }),
});

const Customer = builder.objectRef<CustomerShape>('Customer');
const Segment = builder.externalRef('Segment', builder.selection<{ id: string }>('id'));

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

Customer.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    segments: t.field({ type: [Segment], resolve: ({ id }, _, { members }) => members.segmentsOf(id) }),
  }),
});
builder.asEntity(Customer, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }) => customers.find((customer) => customer.id === id),
});

Segment.implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    customers: t.field({
      type: CustomerConnection,
      args: { first: t.arg.int({ defaultValue: 10 }), after: t.arg.string() },
      resolve: ({ id }, { first, after }, { members }) => pageOf(members.customersOf(id), first ?? 10, after),
    }),
  }),
});

builder.queryType({
  fields: (t) => ({
    customer: t.field({
      type: Customer,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => customers.find((customer) => customer.id === id),
    }),
    customers: t.field({
      type: CustomerConnection,
      args: { first: t.arg.int({ defaultValue: 10 }), after: t.arg.string() },
      resolve: (_, { first, after }) => pageOf(customers, first ?? 10, after),
    }),
    node: t.field({
      type: Node,
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_, { id }) => customers.find((customer) => customer.id === id),
    }),
  }),
});

export const schema = builder.toSubGraphSchema({
  linkUrl: 'https://specs.apollo.dev/federation/v2.9',
  federationDirectives: ['@extends', '@key', '@shareable'],
});
