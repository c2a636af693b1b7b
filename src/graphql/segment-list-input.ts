import { builder } from './builder.ts';

const SegmentTextFilter = builder.inputType('SegmentTextFilter', {
  description: 'Conditions on a text. All that are given must hold.',
  fields: (t) => ({
    eq: t.string({ description: 'Is exactly this: `High Spend Customers`.' }),
    in: t.stringList({ description: 'Is exactly one of these, 100 at most.' }),
    contains: t.string({
      description:
        'Holds this somewhere, in capitals or small letters: `spend` finds `High Spend Customers`.',
    }),
    startsWith: t.string({
      description: 'Begins with this, in capitals or small letters: `high` finds `High Spend Customers`.',
    }),
  }),
});

const SegmentTimeFilter = builder.inputType('SegmentTimeFilter', {
  description: 'Conditions on a moment. All that are given must hold.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'At this moment or later.' }),
    gt: t.field({ type: 'DateTime', description: 'Later than this.' }),
    lte: t.field({ type: 'DateTime', description: 'At this moment or earlier.' }),
    lt: t.field({ type: 'DateTime', description: 'Earlier than this.' }),
  }),
});

export const SegmentFilter = builder.inputType('SegmentFilter', {
  description: 'Which segments. All conditions that are given must hold.',
  fields: (t) => ({
    name: t.field({ type: SegmentTextFilter, description: 'Conditions on the name.' }),
    criteria: t.field({ type: SegmentTextFilter, description: 'Conditions on the criteria.' }),
    createdAt: t.field({ type: SegmentTimeFilter, description: 'Conditions on the time of creation.' }),
    updatedAt: t.field({
      type: SegmentTimeFilter,
      description: 'Conditions on the time of the last change.',
    }),
  }),
});

const SegmentOrderField = builder.enumType('SegmentOrderField', {
  description: 'What a list is ordered by.',
  values: {
    CREATED_AT: { description: 'When a segment was created.' },
    UPDATED_AT: { description: 'When a segment was last changed.' },
    NAME: { description: 'The name, by the code points of its characters: `Z` before `a`, `a` before `ä`.' },
  } as const,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end of an order comes first.',
  values: {
    ASC: { description: 'The oldest, or the first of the alphabet.' },
    DESC: { description: 'The newest, or the last of the alphabet.' },
  } as const,
});

export const SegmentOrder = builder.inputType('SegmentOrder', {
  description: 'The order of a list, such as `{ field: NAME, direction: ASC }`.',
  fields: (t) => ({
    field: t.field({ type: SegmentOrderField, required: true, description: 'What to order by.' }),
    direction: t.field({ type: OrderDirection, required: true, description: 'Which end comes first.' }),
  }),
});
