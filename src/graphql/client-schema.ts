import { GraphQLSchema, printSchema } from 'graphql';
import { withoutQueryFields } from './query-fields.ts';
import { schema } from './schema.ts';

/** Fields by which a router uses this API as a subgraph. */
const FOR_ROUTERS = new Set(['_entities', '_service']);

/**
 * The SDL for clients, such as code generators: what introspection shows to a direct caller, without what Federation adds for
 * routers. It has `node` and `nodes`, and no directives that a tool would have to know.
 */
export const printedClientSchema = `${printSchema(forClients())}\n`;

function forClients(): GraphQLSchema {
  const { types, ...config } = withoutQueryFields(schema, FOR_ROUTERS).toConfig();
  const isOurs = ({ name }: { name: string }) => !name.startsWith('_'); // `_Any`, `_Entity` and `_Service`
  return new GraphQLSchema({ ...config, types: types.filter(isOurs) });
}
