import { printSubgraphSchema } from '@apollo/subgraph';
import './types/member.ts';
import './types/member-mutations.ts';
import './types/segment-bulk-mutations.ts';
import './types/segment-event-list.ts';
import './types/segment-list.ts';
import './types/segment-mutations.ts';
import './types/segment-subscription.ts';
import './types/segment-webhook-list.ts';
import './types/segment-webhook-mutations.ts';
import { withoutQueryFields } from './query-fields.ts';
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

const forRouters = withoutQueryFields(schema, NOT_IN_A_SUPERGRAPH);

/** The SDL for routers, with federation directives, which `printSchema` would leave out. */
export const printedSchema = `${onOneLine(printSubgraphSchema(forRouters).trim())}\n`;

const service = schema.getQueryType()?.getFields()._service;
if (service) service.resolve = () => ({ sdl: printedSchema });

/** Puts the directive of a scalar on the same line, as graphql-js prints it and as scripts expect it. */
function onOneLine(sdl: string): string {
  return sdl.replaceAll(/^(scalar \w+)\n +@/gm, '$1 @');
}
