import { GraphQLError, type GraphQLSchema, Kind, validate } from 'graphql';
import { quoted } from '../../errors/quoted.ts';
import { beyondLimits, LIMITS } from './document-limits.ts';
import { parseSome } from './guard.ts';
import { conditionalSubscriptions } from './subscription-root.ts';

/**
 * Checks persisted operations. Returns a sentence with the id and the reason for each operation that the schema or the
 * limits would always refuse. The cost of an operation depends on its variables, so it is checked for each request.
 */
export function wrongOperations(schema: GraphQLSchema, operations: ReadonlyMap<string, string>): string[] {
  return [...operations].flatMap(([id, text]) => {
    const why = refusalOf(schema, text);
    return why === undefined
      ? []
      : [`the operation ${quoted(id)} cannot run: ${why.replaceAll(/\s+/g, ' ')}`];
  });
}

function refusalOf(schema: GraphQLSchema, text: string): string | undefined {
  try {
    const document = parseSome(text);
    const [error] = [
      ...beyondLimits(document, LIMITS),
      ...conditionalSubscriptions(document),
      ...validate(schema, document),
    ];
    if (error) return error.message;
    const hasOperation = document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return hasOperation ? undefined : 'It contains only fragments.';
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
