import type { GraphQLResolveInfo } from 'graphql';
import { getSegment, getSegments } from '../../segments/resolvers.ts';
import { MAX_IDS, MAX_NAME, type Segment as SegmentShape, type Texts } from '../../segments/segment.ts';
import { maxCharacters } from '../limits/contents.ts';
import { builder } from './builder.ts';
import type { Entity } from './entities.ts';
import './date-time.ts';
import { selectedNames } from '../planner/selected-names.ts';

/** Today every node is a segment, and an id is a segment's own: unique in its account, and short to type. */
export const Node = builder.interfaceRef<SegmentShape>('Node').implement({
  description: 'An object with an id, as defined by Relay.',
  resolveType: () => SEGMENT.type,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Stable identifier, never reused: `xgQQXg3hrtjh7AvZ`.' }),
  }),
});

export const Segment = builder.objectRef<SegmentShape>('Segment').implement({
  description:
    'A named group of customers, such as "High Spend Customers": the "Customers who spend more than $1000 per month".',
  interfaces: [Node],
  directives: { key: { fields: 'id' } },
  fields: (t) => ({
    id: t.exposeID('id', {
      extensions: maxCharacters(16),
      description:
        'Stable identifier, never reused: 16 characters of 0-9, A-Z and a-z, such as `xgQQXg3hrtjh7AvZ`. Newer segments have greater ids.',
    }),
    name: t.exposeString('name', {
      extensions: maxCharacters(MAX_NAME),
      description: '1 to 255 characters, such as `High Spend Customers`. Names need not be unique.',
    }),
    criteria: t.exposeString('criteria', {
      description:
        'Who belongs to the segment: 1 to 5,000 characters of free text, stored exactly as given, such as `Customers who spend more than $1000 per month`.',
    }),
    description: t.exposeString('description', {
      description: 'What the segment is for: up to 5,000 characters; can be empty.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    version: t.exposeInt('version', {
      description:
        'Version of the segment: 1 when it is created, increased by one with each change. Pass it as `expectedVersion` to prevent overwriting changes that you have not read.',
    }),
  }),
});

/** The long texts that an operation selects below a field: the others are not fetched. */
export function selectedTexts(info: GraphQLResolveInfo): Texts {
  const names = selectedNames(info);
  if (names.has('criteria')) return names.has('description') ? 'all' : 'criteria';
  return names.has('description') ? 'description' : 'none';
}

/** Segments, as a router requests them. */
export const SEGMENT: Entity = {
  type: 'Segment',
  owns: (value) => 'version' in value,
  find: (ids, info, context) => getSegments({ ids, texts: selectedTexts(info) }, context),
};

builder.queryFields((t) => ({
  segment: t.field({
    type: Segment,
    nullable: true,
    description: 'A segment by its id; null if your account has no segment with this id.',
    args: { id: t.arg.id({ required: true, description: 'Such as `xgQQXg3hrtjh7AvZ`.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  node: t.field({
    type: Node,
    nullable: true,
    description: 'An object by its id; null if your account has no object with this id.',
    args: { id: t.arg.id({ required: true, description: 'The `id` of any object.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description:
      'Objects by their ids, in the order of the ids; null in the place of an id that your account does not have.',
    args: {
      ids: t.arg.idList({
        required: true,
        description: `The ids of any objects, ${MAX_IDS.toLocaleString('en')} at most.`,
      }),
    },
    resolve: (_, { ids }, context, info) => getSegments({ ids, texts: selectedTexts(info) }, context),
  }),
}));
