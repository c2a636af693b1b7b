import { composeServices } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { federateSubgraphs } from '@wundergraph/composition';
import {
  buildSchema,
  type DirectiveNode,
  type DocumentNode,
  isObjectType,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { overlay, withAuthorization } from '../../examples/supergraph/authorization.ts';
import { printedSchema, schema } from '../../src/graphql/schema.ts';
import { testGateway } from '../harness.ts';
import { demandedScopes, demandsToken } from './demanded-scopes.ts';

const gateway = testGateway();

/** The scopes that each field of a document requires. None if it only requires a token. */
function authorizationIn({ definitions }: DocumentNode): Record<string, string[]> {
  const marked = definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    const parts = [
      { path: type.name.value, directives: type.directives },
      ...(type.fields ?? []).map((field) => ({
        path: `${type.name.value}.${field.name.value}`,
        directives: field.directives,
      })),
    ];
    return parts.flatMap(({ path, directives = [] }) => {
      const scopes = scopesOf(directives);
      return scopes ? [[path, scopes] as const] : [];
    });
  });
  return Object.fromEntries(marked.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function scopesOf(directives: readonly DirectiveNode[]): string[] | undefined {
  const named = (name: string) => directives.find((directive) => directive.name.value === name);
  const [scopes] = named('requiresScopes')?.arguments ?? [];
  if (scopes) return [valueFromASTUntyped(scopes.value)].flat(2).map(String).toSorted();
  return named('authenticated') && [];
}

const authorization = authorizationIn(parse(overlay));
const ours = Object.values(buildSchema(printedSchema, { assumeValidSDL: true }).getTypeMap()).filter(
  (type) => isObjectType(type) && !type.name.startsWith('_'),
);
const fields = ours.flatMap(({ name }) => {
  const type = schema.getType(name);
  const shown = isObjectType(type) ? Object.keys(type.getFields()) : [];
  const isHidden = (field: string) => name === 'Query' && /^(node|nodes|_entities|_service)$/.test(field);
  return shown.filter((field) => !isHidden(field)).map((field) => [name, field] as const);
});

describe('authorization.graphql', () => {
  it.each(fields)('requires of %s.%s what the gateway requires', async (name, field) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new TypeError(`${name} is not an object type.`);
    const demanded = await demandedScopes(type, field, gateway.context());
    expect(authorization[`${name}.${field}`] ?? []).toEqual(demanded);
    if (demanded.length > 0) expect(await demandsToken(type, field, gateway.context())).toBe(true);
  });

  it('requires a token for what a segment contains, except its id', () => {
    const contents = Object.keys(authorization).filter((path) => path.startsWith('Segment.'));
    const segment = fields.filter(([name]) => name === 'Segment').map(([, field]) => `Segment.${field}`);
    expect(segment.filter((path) => !contents.includes(path))).toEqual(['Segment.id']);
  });
});

/** A subgraph with a Node and customers that everyone may see. */
const other = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  interface Node { id: ID! }
  type Order implements Node @key(fields: "id") { id: ID! }
  type Customer @key(fields: "id") { id: ID! name: String }
  type Query { node(id: ID!): Node orders: [Order!]! customer(id: ID!): Customer }
`;
const services = [
  { name: 'segments', sdl: withAuthorization(printedSchema) },
  { name: 'other', sdl: other },
].map(({ name, sdl }) => ({ name, url: `http://${name}.example.com/graphql`, typeDefs: parse(sdl) }));

describe('the supergraph has these requirements, and closes nothing of another subgraph', () => {
  it("by Apollo's composer", () => {
    const { errors, supergraphSdl, hints } = composeServices(services);
    expect([errors ?? [], hints]).toEqual([[], []]);
    expect(authorizationIn(parse(supergraphSdl ?? ''))).toEqual(authorization);
  });

  it("by The Guild's composer", () => {
    const { errors, supergraphSdl } = composeByTheGuild(services);
    expect(errors ?? []).toEqual([]);
    expect(authorizationIn(parse(supergraphSdl ?? ''))).toEqual(authorization);
  });

  it("by Cosmo's composer", () => {
    const subgraphs = services.map(({ typeDefs, ...rest }) => ({ ...rest, definitions: typeDefs }));
    const composed = federateSubgraphs({ subgraphs, version: '1' });
    expect(composed.success ? composed.warnings : composed.errors).toEqual([]);
    if (composed.success) expect(authorizationIn(composed.federatedGraphAST)).toEqual(authorization);
  });
});
