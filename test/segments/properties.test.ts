import { getTableColumns } from 'drizzle-orm';
import { type GraphQLInputObjectType, type GraphQLObjectType, isNonNullType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { segments } from '../../src/database/tables/segments.ts';
import { schema } from '../../src/graphql/schema.ts';
import { represent } from '../../src/rest/representation.ts';
import { WRITABLE } from '../../src/segments/segment.ts';

const { accountId: _, ...columns } = getTableColumns(segments);
const properties = Object.values(columns).map(({ name, notNull }, i) => ({
  property: Object.keys(columns)[i] ?? '',
  column: name,
  isNullable: !notNull,
}));
const writable = properties.filter(({ property }) => WRITABLE.some((each) => each === property));

const fieldsOf = (type: string) =>
  (schema.getType(type) as GraphQLObjectType | GraphQLInputObjectType).getFields();
const represented = represent({
  ...Object.fromEntries(properties.map(({ property }) => [property, property])),
  createdAt: new Date(0),
  updatedAt: new Date(0),
} as Parameters<typeof represent>[0]);

describe.each(properties)('The property $property of a segment', ({ property, column, isNullable }) => {
  it('is a field of the GraphQL type Segment (src/graphql/types/segment.ts)', () => {
    const { [property]: field } = fieldsOf('Segment');
    expect(field && !isNonNullType(field.type), `${property}, and whether it may be null`).toBe(isNullable);
  });

  it('is represented over REST, except the version (src/rest/representation.ts)', () => {
    expect(column in represented, property).toBe(property !== 'version');
  });
});

describe.each(writable)('The property $property that a caller writes', ({ property, isNullable }) => {
  it('is a field of CreateSegmentInput (src/graphql/types/segment-mutations.ts)', () => {
    const { [property]: field } = fieldsOf('CreateSegmentInput');
    expect(field && !isNonNullType(field.type), `${property}, and whether it may be left out`).toBe(
      isNullable,
    );
  });

  it('is a field of UpdateSegmentInput that may be left out (src/graphql/types/segment-mutations.ts)', () => {
    const { [property]: field } = fieldsOf('UpdateSegmentInput');
    expect(field && isNonNullType(field.type), property).toBe(false);
  });
});

it('the faces show no other property of a segment', () => {
  // What a segment is, besides its history and its members
  const { events: _, members: _m, memberCount: _c, hasMember: _h, ...fields } = fieldsOf('Segment');
  expect(Object.keys(fields).toSorted()).toEqual(Object.keys(columns).toSorted());
  const shown = properties.filter(({ property }) => property !== 'version');
  expect(Object.keys(represented)).toEqual(shown.map(({ column }) => column));
});
