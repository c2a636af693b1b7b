import { builder } from './builder.ts';

const SegmentTextFilter = builder.inputType('SegmentTextFilter', {
  description: 'Conditions on a text. All that are given must hold; null means not given.',
  fields: (t) => ({
    eq: t.string({ description: 'Equals this text exactly: `High Spend Customers`.' }),
    in: t.stringList({
      description: 'Equals one of these texts exactly; at most 100. An empty list matches nothing.',
    }),
    contains: t.string({
      description:
        'Contains this text, ignoring case: `spend` matches `High Spend Customers`. Case is folded as in Unicode, as far as the locale of the database knows it: `ς` matches `Σ`. Accents count, and `%` and `_` are ordinary characters. Up to 255 characters.',
    }),
    startsWith: t.string({
      description:
        'Starts with this text, ignoring case as `contains` does: `high` matches `High Spend Customers`. Up to 255 characters.',
    }),
  }),
});

const SegmentTimeFilter = builder.inputType('SegmentTimeFilter', {
  description:
    'Conditions on a time. All that are given must hold; null means not given. Bounds finer than a millisecond are compared exactly.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'At or after this moment.' }),
    gt: t.field({ type: 'DateTime', description: 'After this moment.' }),
    lte: t.field({ type: 'DateTime', description: 'At or before this moment.' }),
    lt: t.field({ type: 'DateTime', description: 'Before this moment.' }),
  }),
});

export const SegmentFilter = builder.inputType('SegmentFilter', {
  description: 'Conditions that a segment must meet. All that are given must hold; null means not given.',
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
  description: 'Property to order a list by.',
  values: {
    CREATED_AT: { description: 'Time of creation.' },
    UPDATED_AT: { description: 'Time of the last change.' },
    NAME: { description: 'Name, by Unicode code points: `Z` before `a`, `a` before `ä`.' },
  } as const,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Direction of an order.',
  values: {
    ASC: { description: 'Ascending: oldest first, or from `A` to `Z`.' },
    DESC: { description: 'Descending: newest first, or from `Z` to `A`.' },
  } as const,
});

export const SegmentOrder = builder.inputType('SegmentOrder', {
  description: 'Order of a list, such as `{ field: NAME, direction: ASC }`.',
  fields: (t) => ({
    field: t.field({ type: SegmentOrderField, required: true, description: 'Property to order by.' }),
    direction: t.field({ type: OrderDirection, required: true, description: 'Direction.' }),
  }),
});
