import { GraphQLError } from 'graphql';
import { type Call, shownOf } from '../resolver.ts';
import { graphqlErrorOf } from './errors.ts';

/**
 * The errors of an execution in the words that their caller may see. What graphql-js refuses by itself (no such field, a
 * variable of a wrong type) is meant for the caller. What lies behind the others is reported once, however many fields
 * of the operation it failed; so are several errors of one code, such as an SQLSTATE.
 */
export function masked(errors: readonly unknown[], call: Pick<Call, 'requestId' | 'report'>): GraphQLError[] {
  const faults = new Map<unknown, unknown>();
  const noted = {
    requestId: call.requestId,
    report: (fault: unknown) =>
      faults.set(fault instanceof Error && 'code' in fault ? fault.code : fault, fault),
  };
  const shown = errors.map((error) => maskedError(error, noted));
  for (const fault of faults.values()) call.report(fault, call.requestId);
  return shown;
}

function maskedError(error: unknown, call: Pick<Call, 'requestId' | 'report'>): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const cause = at?.originalError ?? (at ? undefined : error);
  if (at && (cause === undefined || cause instanceof GraphQLError)) return coded(at);
  return graphqlErrorOf(shownOf(cause, call), { error: at });
}

/** Characters of a message of graphql-js, which can print a whole input object. */
const MAX_MESSAGE = 1_000;

/** graphql-js gives no code to a value that a variable or an argument cannot take. */
function coded(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  if (extensions.code !== undefined) return error;
  const brief = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE).toWellFormed()}…` : message;
  return reworded(error, brief, { ...extensions, code: 'INVALID_INPUT' });
}

/** The same error without what graphql-js suggests ("Did you mean …?"): a way to learn a schema that is not shown. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean .*\?$/s, '');
  return message === error.message ? error : reworded(error, message, error.extensions);
}

/** The same error, at the same place, in other words. Of a syntax error, source and positions are the place. */
function reworded(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: GraphQLError['extensions'],
): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
