import {
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isLeafType,
  isNonNullType,
  type OperationDefinitionNode,
} from 'graphql';
import { completerOf } from './completion.ts';
import {
  type Complete,
  type Execution,
  failed,
  isPromise,
  type Path,
  type PlannedField,
  pathTo,
  type Variables,
} from './execution.ts';
import { argumentsOf } from './field-arguments.ts';
import { WORK_OF } from './growth.ts';
import type { CompletedField } from './object-completion.ts';

/** An operation with the values of the variables that its `@skip` and `@include` use. */
export interface Planned {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  operation: OperationDefinitionNode;
  /** The variables that `@skip` and `@include` use, with their values. */
  conditions: Variables;
}

/** A field of an object type that an operation selects, once or several times with the same response name. */
export interface SelectedField {
  parentType: GraphQLObjectType;
  definition: GraphQLField<unknown, unknown>;
  responseName: string;
  nodes: readonly [FieldNode, ...FieldNode[]];
  fieldsOf: CompletedField['fieldsOf'];
}

/** Plans a field: prepares everything that is the same for each request (GraphQL, section 6.4). */
export function plannedField(planned: Planned, selected: SelectedField): PlannedField {
  const { parentType, definition, responseName, nodes, fieldsOf } = selected;
  const { schema } = planned;
  const infoAt = infoOf(planned, selected);
  const coordinate = `${parentType.name}.${definition.name}`;
  const complete = completerOf(definition.type, { schema, coordinate, nodes, fieldsOf, infoAt });
  const resolve = definition.resolve ?? defaultFieldResolver;
  const coerced = argumentsOf(definition, nodes[0]);
  const isRequired = isNonNullType(definition.type);

  const run: PlannedField['run'] = (source, parent, execution) => {
    const path = pathTo(parent, responseName, parentType.name);
    execution.growth.work += WORK_OF.resolver;
    const fail = (error: unknown) => failed(error, nodes, path, isRequired, execution);
    try {
      const info = infoAt(path, execution);
      const value: unknown = resolve(source, coerced(execution), execution.context, info);
      const completed = isPromise(value)
        ? value.then((resolved) => complete(resolved, path, execution))
        : complete(value, path, execution);
      return isPromise(completed) ? completed.then(undefined, fail) : completed;
    } catch (error) {
      return fail(error);
    }
  };
  const isBare = !definition.resolve && definition.args.length === 0;
  const isProperty = isBare && isLeafType(getNullableType(definition.type));
  return {
    responseName,
    size: responseName.length + ENTRY.length,
    run: isProperty ? leafProperty(selected, complete, run) : run,
  };
}

/**
 * Returns the `run` of a scalar field that is a property of its object, as most fields are. It needs no path, no info and no
 * arguments. If the property is a function or a promise, the general `run` is used.
 */
function leafProperty(
  { parentType, definition, responseName, nodes }: SelectedField,
  complete: Complete,
  general: PlannedField['run'],
): PlannedField['run'] {
  const { name, type } = definition;
  const isText = getNullableType(type) === GraphQLString || getNullableType(type) === GraphQLID;
  return (source, parent, execution) => {
    try {
      const value = propertyOf(source, name);
      if (isText && typeof value === 'string') return value; // a string serializes as itself
      // Passes on this promise: if the property is a getter, it would return another one, and this one would be unhandled.
      if (isPromise(value)) return general({ [name]: value }, parent, execution);
      if (typeof value === 'function') return general(source, parent, execution);
      return complete(value, NOWHERE, execution);
    } catch (error) {
      const path = pathTo(parent, responseName, parentType.name);
      return failed(error, nodes, path, isNonNullType(type), execution);
    }
  };
}

/** The characters around a name in a JSON object. */
const ENTRY = '"":,';

/** A placeholder for the path of a leaf, which is not used, because a failure of a leaf is reported at its field. */
const NOWHERE: Path = pathTo(undefined, '');

const propertyOf = (source: unknown, name: string): unknown =>
  (typeof source === 'object' && source !== null) || typeof source === 'function'
    ? (source as Record<string, unknown>)[name]
    : undefined;

function infoOf(
  { schema, fragments, operation }: Planned,
  { parentType, definition, nodes }: SelectedField,
): (path: Path, execution: Execution) => GraphQLResolveInfo {
  return (path, { variables }) => ({
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path,
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues: variables,
  });
}
