import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printedSchema, schema } from '../../src/graphql/schema.ts';
import { graphql } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

/** Types that GraphQL and Federation bring, and describe or not as they like. */
const isOurs = ({ name }: GraphQLNamedType) =>
  !name.startsWith('_') && !/^(String|Int|Boolean|ID|FieldSet)$/.test(name);
const types = Object.values(schema.getTypeMap()).filter((type) => isOurs(type));

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** A type, its fields, their arguments and its values, each by its path. */
function* partsOf(type: GraphQLNamedType): Generator<[string, Described]> {
  yield [type.name, type];
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
  if (isInputObjectType(type))
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  for (const field of Object.values(type.getFields())) {
    if (field.name.startsWith('_')) continue;
    yield [`${type.name}.${field.name}`, field];
    for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg];
  }
}

describe('the schema', () => {
  it('is the schema.graphql of the top level (npm run schema writes it)', async () => {
    await expect(printedSchema()).toMatchFileSnapshot('../../schema.graphql');
  });

  it('is what _service gives to a router, which needs no token', async () => {
    const { body } = await graphql(gateway, '{ _service { sdl } }', {}, { as: null });
    expect(`${body.data._service.sdl.trim()}\n`).toBe(printedSchema());
  });

  it('can be asked for without a token', async () => {
    const { body } = await graphql(gateway, '{ __schema { queryType { name } } }', {}, { as: null });
    expect(body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it.each(types.flatMap((type) => [...partsOf(type)]))('describes %s', (_, { description }) => {
    expect(description).toMatch(/^\S.*[.`]$/s);
  });
});

describe('INTROSPECTION=off', () => {
  const closed = testGateway({ introspection: false });

  it('hides the schema, and nothing else', async () => {
    const { body } = await graphql(closed, '{ __schema { queryType { name } } }');
    expect(body.errors[0].message).toMatch(/introspection/i);
    expect((await graphql(closed, '{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  });
});
