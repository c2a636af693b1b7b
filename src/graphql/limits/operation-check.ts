import { GraphQLError, type GraphQLSchema, Kind, validate } from 'graphql';
import { quoted } from '../../errors/quoted.ts';
import { beyondLimits, LIMITS } from './document-limits.ts';
import { parseSome } from './guard.ts';

/**
 * What is wrong with operations that a caller may send by their ids: one sentence for each that the schema or the limits
 * would refuse however it is sent, with its id. What an operation costs depends on its variables and is left to each request.
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
    const [error] = [...beyondLimits(document, LIMITS), ...validate(schema, document)];
    if (error) return error.message;
    const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const served = operations.filter((each) => 'operation' in each && schema.getRootType(each.operation));
    if (operations.length === 0) return 'It holds fragments only.';
    return served.length < operations.length ? 'The schema has no subscriptions.' : undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
