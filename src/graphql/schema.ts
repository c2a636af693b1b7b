import { printSubgraphSchema } from '@apollo/subgraph';
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import './types/member.ts';
import './types/member-mutations.ts';
import './types/segment-event-list.ts';
import './types/segment-list.ts';
import './types/segment-mutations.ts';
import './types/segment-subscription.ts';
import { builder } from './types/builder.ts';
import { CUSTOMER } from './types/customer.ts';
import { resolveEntitiesTogether } from './types/entities.ts';
import { SEGMENT } from './types/segment.ts';

/** The API as an Apollo Federation subgraph. */
export const schema = resolveEntitiesTogether(
  builder.toSubGraphSchema({
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable', '@tag', '@cost', '@listSize'],
  }),
  [SEGMENT, CUSTOMER],
);

/**
 * Fields for direct callers only. The SDL for routers does not have them, because routers find entities by their keys. Two
 * subgraphs with these fields cannot be composed, or, if the fields are shared, are asked for each other's ids.
 */
const NOT_IN_A_SUPERGRAPH = new Set(['node', 'nodes']);

/** The SDL for routers, with federation directives, which `printSchema` would leave out. */
export const printedSchema = `${onOneLine(printSubgraphSchema(forRouters(schema)).trim())}\n`;

const service = schema.getQueryType()?.getFields()._service;
if (service) service.resolve = () => ({ sdl: printedSchema });

/** Puts the directive of a scalar on the same line, as graphql-js prints it and as scripts expect it. */
function onOneLine(sdl: string): string {
  return sdl.replaceAll(/^(scalar \w+)\n +@/gm, '$1 @');
}

function forRouters(whole: GraphQLSchema): GraphQLSchema {
  const { query, types, ...config } = whole.toConfig();
  if (!query) throw new TypeError('The schema has no Query.');
  const { fields, astNode, ...rest } = query.toConfig();
  const isShown = (name: string) => !NOT_IN_A_SUPERGRAPH.has(name);
  const Query = new GraphQLObjectType({
    ...rest,
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => isShown(name))),
    // `printSubgraphSchema` prints these nodes, because Pothos puts directives there.
    astNode: astNode && {
      ...astNode,
      fields: (astNode.fields ?? []).filter(({ name }) => isShown(name.value)),
    },
  });
  return new GraphQLSchema({
    ...config,
    query: Query,
    types: types.map((type) => (type === query ? Query : type)),
  });
}
