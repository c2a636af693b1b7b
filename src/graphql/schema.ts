import { printSubgraphSchema } from '@apollo/subgraph';
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import './types/segment-list.ts';
import './types/segment-mutations.ts';
import { builder } from './types/builder.ts';
import { resolveEntitiesTogether } from './types/entities.ts';
import { SEGMENT } from './types/segment.ts';

/** The API as an Apollo Federation subgraph. */
export const schema = resolveEntitiesTogether(
  builder.toSubGraphSchema({
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable', '@tag', '@cost', '@listSize'],
  }),
  [SEGMENT],
);

/**
 * Fields for those who ask the gateway itself. A router is not told of them: two subgraphs that have them can't be
 * composed, or, shared, answer for each other's ids. It finds entities by their keys.
 */
const NOT_IN_A_SUPERGRAPH = new Set(['node', 'nodes']);

/** What a router takes in, as SDL with its federation directives (`printSchema` would leave those out). */
export const printedSchema = `${onOneLine(printSubgraphSchema(forRouters(schema)).trim())}\n`;

const service = schema.getQueryType()?.getFields()._service;
if (service) service.resolve = () => ({ sdl: printedSchema });

/** Scalars with their directive on one line, as graphql-js prints them and as scripts look for them. */
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
    // What is printed: Pothos puts directives there.
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
