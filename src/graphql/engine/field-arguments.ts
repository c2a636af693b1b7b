import { BREAK, type FieldNode, type GraphQLField, getArgumentValues, visit } from 'graphql';
import type { Execution } from './execution.ts';

type Arguments = Record<string, unknown>;

/**
 * Gives the arguments of a field, as graphql-js coerces them. Where no variable stands in them they are the same for
 * every request, and coerced once. The function throws what is wrong with them.
 */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (execution: Execution) => Arguments {
  const coerce = ({ variables }: Pick<Execution, 'variables'>) => getArgumentValues(field, node, variables);
  if (hasVariable(node)) return coerce;
  try {
    const constant = coerce({ variables: {} });
    return () => constant;
  } catch {
    return coerce; // each request is told, at the path of its field
  }
}

function hasVariable({ arguments: given = [] }: FieldNode): boolean {
  let isFound = false;
  for (const argument of given) {
    visit(argument, {
      Variable() {
        isFound = true;
        return BREAK;
      },
    });
  }
  return isFound;
}
