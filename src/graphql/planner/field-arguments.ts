import {
  BREAK,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  getArgumentValues,
  isNonNullType,
  Kind,
  type ValueNode,
  valueFromAST,
  visit,
} from 'graphql';
import type { Execution, Variables } from './execution.ts';

type Arguments = Record<string, unknown>;

/** Adds an argument to the others if it has a value. Returns false if it is invalid, so that graphql-js can report why. */
type Fill = (to: Arguments, variables: Variables) => boolean;

/**
 * Returns the function that coerces the arguments of a field like graphql-js, and throws its errors. Constants are coerced
 * once and shared by all requests. Variables are used as they are, because validation has checked that their types fit. If a
 * variable is within a list or an object, graphql-js coerces the arguments for each request.
 */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (execution: Execution) => Arguments {
  const coerce = ({ variables }: Execution) => getArgumentValues(field, node, variables);
  const values = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const fills: Fill[] = [];
  for (const argument of field.args) {
    const fill = fillOf(argument, values.get(argument.name));
    if (!fill) return coerce;
    fills.push(fill);
  }
  return (execution) => {
    const given: Arguments = {};
    for (const fill of fills) if (!fill(given, execution.variables)) return coerce(execution);
    return given;
  };
}

/** Returns null if graphql-js has to coerce the argument for each request. */
function fillOf({ name, type, defaultValue }: GraphQLArgument, value: ValueNode | undefined): Fill | null {
  const isRequired = isNonNullType(type);
  const leftOut: Fill = (to) => {
    if (defaultValue !== undefined) to[name] = defaultValue;
    return defaultValue !== undefined || !isRequired;
  };
  if (!value) return leftOut;
  if (value.kind === Kind.VARIABLE) {
    const variable = value.name.value;
    return (to, variables) => {
      if (!Object.hasOwn(variables, variable)) return leftOut(to, variables);
      to[name] = variables[variable];
      return to[name] !== undefined && (to[name] !== null || !isRequired);
    };
  }
  if (hasVariable(value)) return null;
  const constant: unknown = valueFromAST(value, type);
  return (to) => {
    to[name] = constant;
    return constant !== undefined;
  };
}

function hasVariable(value: ValueNode): boolean {
  let isFound = false;
  visit(value, {
    Variable() {
      isFound = true;
      return BREAK;
    },
  });
  return isFound;
}
