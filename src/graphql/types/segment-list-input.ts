import { builder } from './builder.ts';

const SegmentTextFilter = builder.inputType('SegmentTextFilter', {
  description: 'Conditions on a text, combined with AND. Null is the same as omitted.',
  fields: (t) => ({
    eq: t.string({ description: 'Equals this text exactly, such as `High Spend Customers`.' }),
    in: t.stringList({
      description: 'Equals one of these texts exactly. Up to 100 texts; an empty list matches nothing.',
    }),
    contains: t.string({
      description:
        'Contains this text, ignoring case: `spend` matches `High Spend Customers`. Case is folded as in Unicode (`ς` matches `Σ`), as far as the locale of the database supports it. Accents are significant, and `%` and `_` are not wildcards. Up to 255 characters.',
    }),
    startsWith: t.string({
      description:
        'Starts with this text, ignoring case like `contains`: `high` matches `High Spend Customers`. Up to 255 characters.',
    }),
  }),
});

export const SegmentTimeFilter = builder.inputType('SegmentTimeFilter', {
  description:
    'Conditions on a time, combined with AND. Null is the same as omitted. Fractions of a millisecond are compared exactly.',
  fields: (t) => ({
    gte: t.field({ type: 'DateTime', description: 'At or after this time.' }),
    gt: t.field({ type: 'DateTime', description: 'After this time.' }),
    lte: t.field({ type: 'DateTime', description: 'At or before this time.' }),
    lt: t.field({ type: 'DateTime', description: 'Before this time.' }),
  }),
});

export const SegmentFilter = builder.inputType('SegmentFilter', {
  description: 'Conditions that a segment must meet, combined with AND. Null is the same as omitted.',
  fields: (t) => ({
    name: t.field({ type: SegmentTextFilter, description: 'Conditions on the name.' }),
    criteria: t.field({ type: SegmentTextFilter, description: 'Conditions on the criteria.' }),
    createdAt: t.field({ type: SegmentTimeFilter, description: 'Conditions on the time of creation.' }),
    updatedAt: t.field({
      type: SegmentTimeFilter,
      description: 'Conditions on the time of the last change.',
    }),
    member: t.id({
      description: 'Has the customer with this id as a member. Requires the scope `members:read`.',
    }),
  }),
});

const SegmentOrderField = builder.enumType('SegmentOrderField', {
  description: 'Field to order a list by.',
  values: {
    CREATED_AT: { description: 'Time of creation.' },
    UPDATED_AT: { description: 'Time of the last change.' },
    NAME: { description: 'Name, by Unicode code points: `Z` before `a`, `a` before `ä`.' },
  } as const,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Direction of the order.',
  values: {
    ASC: { description: 'Ascending: oldest first, or from `A` to `Z`.' },
    DESC: { description: 'Descending: newest first, or from `Z` to `A`.' },
  } as const,
});

export const SegmentOrder = builder.inputType('SegmentOrder', {
  description: 'Order of a list, such as `{ field: NAME, direction: ASC }`.',
  fields: (t) => ({
    field: t.field({ type: SegmentOrderField, required: true, description: 'Field to order by.' }),
    direction: t.field({ type: OrderDirection, required: true, description: 'Ascending or descending.' }),
  }),
});
