import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import type { PlannedField } from './execution.ts';
import { type Planned, plannedField } from './field.ts';

/** Plans the root fields of an operation. graphql-js spreads fragments, applies conditions and merges equal fields. */
export function rootFields(planned: Planned, root: GraphQLObjectType): readonly PlannedField[] {
  const { schema, fragments, conditions, operation } = planned;
  return fieldsOf(planned, root, collectFields(schema, fragments, conditions, root, operation.selectionSet));
}

/** Plans the fields below a field for each object type of its values, when the first value of that type occurs. */
function subfieldsOf(planned: Planned, nodes: readonly FieldNode[]) {
  const { schema, fragments, conditions } = planned;
  const known = new Map<GraphQLObjectType, readonly PlannedField[]>();
  return (type: GraphQLObjectType): readonly PlannedField[] => {
    const before = known.get(type);
    if (before) return before;
    const collected = collectSubfields(schema, fragments, conditions, type, nodes);
    const fields = fieldsOf(planned, type, collected);
    known.set(type, fields);
    return fields;
  };
}

function fieldsOf(
  planned: Planned,
  parentType: GraphQLObjectType,
  collected: ReadonlyMap<string, readonly FieldNode[]>,
): PlannedField[] {
  const definitions = { ...parentType.getFields(), ...metaFieldsOf(planned, parentType) };
  return [...collected].flatMap(([responseName, [first, ...rest]]) => {
    if (!first) return [];
    const name = first.name.value;
    const definition = definitions[name];
    if (!definition) return []; // graphql-js ignores it too; validation refuses such fields
    const nodes = [first, ...rest] as const;
    return [
      plannedField(planned, {
        parentType,
        definition,
        responseName,
        nodes: [...nodes],
        fieldsOf: subfieldsOf(planned, nodes),
      }),
    ];
  });
}

/** The introspection fields of every object, and those of Query (GraphQL, section 4). */
function metaFieldsOf(
  { schema }: Planned,
  parentType: GraphQLObjectType,
): Record<string, GraphQLField<unknown, unknown>> {
  const everywhere = { [TypeNameMetaFieldDef.name]: TypeNameMetaFieldDef };
  if (parentType !== schema.getQueryType()) return everywhere;
  return {
    ...everywhere,
    [SchemaMetaFieldDef.name]: SchemaMetaFieldDef,
    [TypeMetaFieldDef.name]: TypeMetaFieldDef,
  };
}
