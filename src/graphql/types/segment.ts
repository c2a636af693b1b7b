import type { GraphQLResolveInfo } from 'graphql';
import { getSegment, getSegments } from '../../segments/resolvers.ts';
import { MAX_IDS, MAX_NAME, type Segment as SegmentShape, type Texts } from '../../segments/segment.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import type { Entity } from './entities.ts';
import './date-time.ts';
import { selectedNames } from '../planner/selected-names.ts';

/** At present, every node is a segment. An id is unique in its account. It is short, because it does not contain a type. */
export const Node = builder.interfaceRef<SegmentShape>('Node').implement({
  description: 'An object that can be fetched by its id, as defined by Relay.',
  resolveType: () => SEGMENT.type,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Stable identifier, never reused, such as `xgQQXg3hrtjh7AvZ`.' }),
  }),
});

export const Segment = builder.objectRef<SegmentShape>('Segment').implement({
  description:
    'A named group of your customers. For example, the segment "High Spend Customers" has the criteria "Customers who spend more than $1000 per month".',
  interfaces: [Node],
  directives: { key: { fields: 'id' } },
  fields: (t) => ({
    id: t.exposeID('id', {
      extensions: maxCharacters(16),
      description:
        'Stable identifier, never reused: 16 characters of 0-9, A-Z and a-z, such as `xgQQXg3hrtjh7AvZ`. Segments created later have greater ids.',
    }),
    name: t.exposeString('name', {
      extensions: maxCharacters(MAX_NAME),
      description: 'Name, 1 to 255 characters, such as `High Spend Customers`. Names need not be unique.',
    }),
    criteria: t.exposeString('criteria', {
      description:
        'Which customers belong to the segment, such as `Customers who spend more than $1000 per month`. 1 to 5,000 characters of free text, stored exactly as sent.',
    }),
    description: t.exposeString('description', {
      description: 'Purpose of the segment, up to 5,000 characters. Can be empty.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    version: t.exposeInt('version', {
      description:
        'Version of the segment: 1 at creation, incremented by every change. Send it as `expectedVersion` to change or delete the segment only if nobody has changed it since you read it.',
    }),
  }),
});

/** Returns which long texts of segments an operation selects below a field. The others are not fetched. */
export function selectedTexts(info: GraphQLResolveInfo): Texts {
  const names = selectedNames(info, 'events'); // an event has texts of its own

  if (names.has('criteria')) return names.has('description') ? 'all' : 'criteria';
  return names.has('description') ? 'description' : 'none';
}

/** Segments, which a router can request by id. */
export const SEGMENT: Entity = {
  type: 'Segment',
  owns: (value) => 'version' in value,
  find: (ids, info, context) => getSegments({ ids, texts: selectedTexts(info) }, context),
};

builder.queryFields((t) => ({
  segment: t.field({
    type: Segment,
    nullable: true,
    description: 'Returns a segment by its id, or null if your account has no segment with this id.',
    args: { id: t.arg.id({ required: true, description: 'Id of the segment, such as `xgQQXg3hrtjh7AvZ`.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  node: t.field({
    type: Node,
    nullable: true,
    description: 'Returns an object by its id, or null if your account has no object with this id.',
    args: { id: t.arg.id({ required: true, description: 'Id of the object.' }) },
    resolve: (_, { id }, context, info) => getSegment({ id, texts: selectedTexts(info) }, context),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description:
      'Returns objects by their ids, in the order of `ids`. An element is null if your account has no object with that id.',
    args: {
      ids: t.arg.idList({
        required: true,
        description: `Ids of the objects, up to ${MAX_IDS.toLocaleString('en')}.`,
      }),
    },
    resolve: (_, { ids }, context, info) => getSegments({ ids, texts: selectedTexts(info) }, context),
  }),
}));
