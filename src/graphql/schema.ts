import { printSubgraphSchema } from '@apollo/subgraph';
import './segment.ts';
import './segment-list.ts';
import './segment-mutations.ts';
import { builder } from './builder.ts';
import { resolveEntitiesTogether } from './entities.ts';

/** The API as an Apollo Federation subgraph. */
export const schema = resolveEntitiesTogether(
  builder.toSubGraphSchema({
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable'],
  }),
);

/** The schema as SDL, with its federation directives: what `printSchema` would leave out. */
export const printedSchema = (): string => `${printSubgraphSchema(schema).trim()}\n`;
