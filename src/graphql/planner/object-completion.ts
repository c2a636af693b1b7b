import {
  defaultTypeResolver,
  type FieldNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import {
  type Complete,
  type Execution,
  executeFields,
  isPromise,
  type Path,
  type PlannedField,
} from './execution.ts';

/** The field whose value is completed. */
export interface CompletedField {
  schema: GraphQLSchema;
  /** The name of the field in error messages, such as `Query.node`. */
  coordinate: string;
  nodes: readonly FieldNode[];
  /** The fields that are selected of the value if it is an object of this type. */
  fieldsOf(type: GraphQLObjectType): readonly PlannedField[];
  infoAt(path: Path, execution: Execution): GraphQLResolveInfo;
}

/** Completes a value of an interface or a union according to its object type. */
export function abstract(type: GraphQLAbstractType, field: CompletedField): Complete {
  const { schema, coordinate, nodes, infoAt } = field;
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const completers = new Map<string, Complete>();
  for (const possible of schema.getPossibleTypes(type))
    completers.set(possible.name, object(possible, field));

  const completerFor = (name: unknown): Complete => {
    const complete = typeof name === 'string' ? completers.get(name) : undefined;
    if (complete) return complete;
    throw new GraphQLError(
      `A value of ${coordinate} is of type "${name}", which is not one of ${type.name}.`,
      {
        nodes,
      },
    );
  };

  return (value, path, execution) => {
    const name: unknown = resolveType(value, execution.context, infoAt(path, execution), type);
    if (!isPromise(name)) return completerFor(name)(value, path, execution);
    return name.then((resolved) => completerFor(resolved)(value, path, execution));
  };
}

/** Completes an object by executing its selected fields. */
export function object(type: GraphQLObjectType, { fieldsOf, nodes, infoAt }: CompletedField): Complete {
  const { isTypeOf } = type;
  const complete: Complete = (value, path, execution) =>
    executeFields(fieldsOf(type), value, path, execution);
  if (!isTypeOf) return complete;

  const checked = (isOfType: boolean, ...given: Parameters<Complete>) => {
    if (isOfType) return complete(...given);
    throw new GraphQLError(`Expected a value of type "${type.name}".`, { nodes });
  };
  return (value, path, execution) => {
    const isOfType = isTypeOf(value, execution.context, infoAt(path, execution));
    if (!isPromise(isOfType)) return checked(Boolean(isOfType), value, path, execution);
    return isOfType.then((resolved) => checked(Boolean(resolved), value, path, execution));
  };
}
