import { GraphQLObjectType, GraphQLSchema } from 'graphql';

/** Returns a copy of a schema whose Query does not have the given fields. Throws if the schema has no Query. */
export function withoutQueryFields(whole: GraphQLSchema, hidden: ReadonlySet<string>): GraphQLSchema {
  const { query, types, ...config } = whole.toConfig();
  if (!query) throw new TypeError('The schema has no Query.');
  const { fields, astNode, ...rest } = query.toConfig();
  const isShown = (name: string) => !hidden.has(name);
  const Query = new GraphQLObjectType({
    ...rest,
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => isShown(name))),
    // `printSubgraphSchema` prints these nodes, because Pothos puts directives there.
    astNode: astNode && {
      ...astNode,
      fields: (astNode.fields ?? []).filter(({ name }) => isShown(name.value)),
    },
  });
  return new GraphQLSchema({
    ...config,
    query: Query,
    types: types.map((type) => (type === query ? Query : type)),
  });
}
