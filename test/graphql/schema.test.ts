import {
  buildClientSchema,
  buildSchema,
  type GraphQLNamedType,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { breakingChanges } from '../../.ci/schema-changes.ts';
import { printedClientSchema } from '../../src/graphql/client-schema.ts';
import { printedSchema, schema } from '../../src/graphql/schema.ts';
import { graphql } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();

/** False for the types of GraphQL and Federation, whose descriptions are not ours. */
const isOurs = ({ name }: GraphQLNamedType) =>
  !name.startsWith('_') && !/^(String|Int|Boolean|ID|FieldSet)$/.test(name);
const types = Object.values(schema.getTypeMap()).filter((type) => isOurs(type));

interface Described {
  name: string;
  description?: string | null | undefined;
}

/** A type, its fields, their arguments and its values, each with its path. */
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
  it('is the content of schema.graphql (npm run schema writes the file)', async () => {
    await expect(printedSchema).toMatchFileSnapshot('../../schema.graphql');
  });

  it('is what _service returns, even without a token', async () => {
    const { body } = await graphql(gateway, '{ _service { sdl } }', {}, { as: null });
    expect(`${body.data._service.sdl.trim()}\n`).toBe(printedSchema);
  });

  it('says where DateTime is specified, in the SDL and in introspection', async () => {
    const query = '{ __type(name: "DateTime") { specifiedByURL } _service { sdl } }';
    const { body } = await graphql(gateway, query, {}, { as: null });
    const url = 'https://scalars.graphql.org/andimarek/date-time';
    expect(body.data.__type.specifiedByURL).toBe(url);
    expect(body.data._service.sdl).toContain(`\nscalar DateTime @specifiedBy(url: "${url}")\n`);
  });

  it('can be introspected without a token', async () => {
    const { body } = await graphql(gateway, '{ __schema { queryType { name } } }', {}, { as: null });
    expect(body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it.each(types.flatMap((type) => [...partsOf(type)]))('describes %s', (_, { description }) => {
    expect(description).toMatch(/^\S.*[.`]$/s);
  });
});

describe('the schema for clients', () => {
  it('is the content of schema.client.graphql (npm run schema writes the file)', async () => {
    await expect(printedClientSchema).toMatchFileSnapshot('../../schema.client.graphql');
  });

  it('is what introspection shows, except for what Federation adds', async () => {
    const query = getIntrospectionQuery({ specifiedByUrl: true });
    const { body } = await graphql(gateway, query, {}, { as: null });
    const introspected = printSchema(buildClientSchema(body.data));
    const types = introspected.split('\n\n').filter((text) => !/^(scalar|union|type) _/m.test(text));
    const withoutFederation = types
      .join('\n\n')
      .replace(/^ {2}_entities\([^)]*\): .*\n/m, '')
      .replace(/^ {2}_service: .*\n\n?/m, '');
    expect(printedClientSchema.trimEnd()).toBe(withoutFederation.trimEnd());
  });

  it('can be read without the directives of Federation', () => {
    expect(printSchema(buildSchema(printedClientSchema)).trim()).toBe(printedClientSchema.trim());
  });

  it('has every field of the schema for routers, and node and nodes', async () => {
    const missing = await breakingChanges(printedSchema, printedClientSchema, '');
    expect(missing.map(({ path }) => path)).toEqual([]);
    const fields = buildSchema(printedClientSchema).getQueryType()?.getFields();
    expect(Object.keys(fields ?? {})).toEqual([
      'node',
      'nodes',
      'segment',
      'segmentEvents',
      'segmentWebhook',
      'segmentWebhooks',
      'segments',
    ]);
  });
});

describe('names', () => {
  it.each(types.flatMap((type) => [...partsOf(type)]).map(([path]) => path))(
    '%s is spelt as its kind requires',
    (path) => {
      const type = /^[A-Z][A-Za-z]+$/;
      const [owner = '', member, argument] = path.split(/[.()]/);
      expect(owner).toMatch(type);
      if (member !== undefined)
        expect(member).toMatch(isEnumType(schema.getType(owner)) ? /^[A-Z_]+$/ : /^[a-z][A-Za-z]+$/);
      if (argument) expect(argument).toMatch(/^[a-z][A-Za-z]+$/);
    },
  );

  it.each(types.filter((type) => isInputObjectType(type)).map(({ name }) => name))(
    '%s ends as an input does',
    (name) => {
      expect(name).toMatch(/(Input|Filter|Order|Draft|Update|Deletion)$/);
    },
  );

  it('say what to use instead if they are deprecated', () => {
    const parts = types.flatMap((type) => [...partsOf(type)]);
    const unhelpful = parts.filter(
      ([, part]) =>
        'deprecationReason' in part &&
        part.deprecationReason &&
        !/^Use /.test(String(part.deprecationReason)),
    );
    expect(unhelpful).toEqual([]);
  });
});

describe('INTROSPECTION=off', () => {
  const closed = testGateway({ introspection: false });

  it('refuses __schema, but not __typename', async () => {
    const { body } = await graphql(closed, '{ __schema { queryType { name } } }');
    expect(body.errors[0].message).toMatch(/introspection/i);
    expect((await graphql(closed, '{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  });
});
