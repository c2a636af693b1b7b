import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { Requested } from '../../observation.ts';
import { fragmentsOf } from '../planner/document.ts';

/** Returns what an operation of a valid document requests. `@skip` and `@include` are ignored. */
export function requestedOf(document: DocumentNode, operation: OperationDefinitionNode): Requested {
  const fragments = fragmentsOf(document);
  const fields = new Set<string>();
  const spread = new Set<string>();
  const collect = (selectionSet: SelectionSetNode | undefined) => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) fields.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        collect(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return { type: operation.operation, fields: [...fields] };
}

/** Returns the root fields of a schema with the types of their operations, such as `query node`. */
export const rootFieldsIn = (schema: GraphQLSchema): Set<string> =>
  new Set(
    Object.values(OperationTypeNode).flatMap((type) =>
      Object.keys(schema.getRootType(type)?.getFields() ?? {}).map((field) => `${type} ${field}`),
    ),
  );
