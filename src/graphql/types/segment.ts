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
  description: 'Anything that can be fetched again by its id, as Relay has it.',
  resolveType: () => SEGMENT.type,
  fields: (t) => ({ id: t.exposeID('id', { description: 'The same for ever: `xgQQXg3hrtjh7AvZ`.' }) }),
});

export const Segment = builder.objectRef<SegmentShape>('Segment').implement({
  description:
    'A named group of your customers: "High Spend Customers" are the "Customers who spend more than $1000 per month".',
  interfaces: [Node],
  directives: { key: { fields: 'id' } },
  fields: (t) => ({
    id: t.exposeID('id', {
      extensions: maxCharacters(16),
      description:
        '16 characters of 0-9, A-Z and a-z, such as `xgQQXg3hrtjh7AvZ`. Later segments have greater ids.',
    }),
    name: t.exposeString('name', {
      extensions: maxCharacters(MAX_NAME),
      description: '1 to 255 characters, such as `High Spend Customers`. Names need not be unique.',
    }),
    criteria: t.exposeString('criteria', {
      description:
        'Who belongs to it: 1 to 5,000 characters of free text, kept to the byte as they were given. `Customers who spend more than $1000 per month`.',
    }),
    description: t.exposeString('description', {
      description: 'What it is for: up to 5,000 characters; may be empty.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    version: t.exposeInt('version', {
      description:
        '1 when it is made, and one more with every change. Give it as `expectedVersion` to change only what you have seen.',
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
    description: 'One segment; null if your account has none of this id.',
    args: { id: t.arg.id({ required: true, description: 'Such as `xgQQXg3hrtjh7AvZ`.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  node: t.field({
    type: Node,
    nullable: true,
    description: 'Whatever has this id; null if your account has nothing of this id.',
    args: { id: t.arg.id({ required: true, description: 'The `id` of any object.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description:
      'Several at once, each in the place of its id; null where your account has nothing of an id.',
    args: {
      ids: t.arg.idList({
        required: true,
        description: `The ids of any objects, ${MAX_IDS.toLocaleString('en')} at most.`,
      }),
    },
    resolve: (_, { ids }, context, info) => getSegments({ ids, texts: selectedTexts(info) }, context),
  }),
}));
