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
  /** Undefined where there is none. */
  defaultValue: unknown;
}

/** The limit that graphql-js sets itself unless it is told another. */
const MAX_ERRORS = 50;

/**
 * Gives the way to coerce the variables of an operation. Types and defaults are looked up once. Values that do not fit
 * are left to graphql-js, which says why.
 */
export function variableCoercion(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (given: Variables) => Coerced {
  const explained = (given: Variables): Coerced =>
    getVariableValues(schema, definitions, given, { maxErrors: MAX_ERRORS });
  const variables: Variable[] = [];
  for (const { variable, type: node, defaultValue } of definitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node);
    if (!isInputType(type) || name === '__proto__') return explained;
    variables.push({ name, type, defaultValue: defaultValue && valueFromAST(defaultValue, type) });
  }
  return (given) => {
    const coerced: Record<string, unknown> = {};
    let isWrong = false;
    for (const { name, type, defaultValue } of variables) {
      if (Object.hasOwn(given, name)) {
        isWrong ||= given[name] === null && isNonNullType(type);
        coerced[name] = coerceInputValue(given[name], type, () => {
          isWrong = true;
        });
      } else if (defaultValue !== undefined) coerced[name] = defaultValue;
      else isWrong ||= isNonNullType(type);
    }
    return isWrong ? explained(given) : { coerced };
  };
}
