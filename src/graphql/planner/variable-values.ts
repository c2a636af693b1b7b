import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import type { Variables } from './execution.ts';

type Coerced = { coerced: Variables; errors?: never } | { coerced?: never; errors: readonly GraphQLError[] };

interface Variable {
  name: string;
  type: GraphQLInputType;
  /** Undefined if there is none. */
  defaultValue: unknown;
}

/** Max errors of variables that are reported. Each can contain a whole input object. */
export const MAX_COERCION_ERRORS = 5;

/** Ends a coercion at the first value that does not fit. */
const MISFIT = new Error('A value does not fit its type.');

/**
 * Returns the function that coerces the variables of an operation. Types and defaults are looked up once. If a value does
 * not fit, graphql-js coerces the variables again to report why.
 */
export function variableCoercion(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (given: Variables) => Coerced {
  const explained = (given: Variables): Coerced =>
    getVariableValues(schema, definitions, given, { maxErrors: MAX_COERCION_ERRORS });
  const variables: Variable[] = [];
  for (const { variable, type: node, defaultValue } of definitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node);
    if (!isInputType(type) || name === '__proto__') return explained;
    variables.push({ name, type, defaultValue: defaultValue && valueFromAST(defaultValue, type) });
  }
  return (given) => {
    const coerced: Record<string, unknown> = {};
    try {
      for (const { name, type, defaultValue } of variables) {
        if (Object.hasOwn(given, name)) coerced[name] = coerceInputValue(given[name], type, refuse);
        else if (defaultValue !== undefined) coerced[name] = defaultValue;
        else if (isNonNullType(type)) refuse();
      }
      return { coerced };
    } catch {
      return explained(given);
    }
  };
}

function refuse(): never {
  throw MISFIT;
}
