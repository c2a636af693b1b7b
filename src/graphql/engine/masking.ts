import { GraphQLError } from 'graphql';
import { type Call, shownOf } from '../../resolver.ts';
import { graphqlErrorOf } from './refusal-error.ts';

type Reporting = Pick<Call, 'requestId' | 'report'>;

/**
 * The errors of an execution in the words that their caller may see. What graphql-js refuses by itself (no such field, a
 * variable of a wrong type) is meant for the caller, without its suggestions where those are not. What lies behind the
 * others is reported once, however many fields of the operation it failed; so are several errors of one code, such as an
 * SQLSTATE.
 */
export function masked(
  errors: readonly unknown[],
  call: Reporting,
  { suggestions }: { suggestions: boolean },
): GraphQLError[] {
  const faults = new Map<unknown, unknown>();
  const noted = {
    requestId: call.requestId,
    report: (fault: unknown) =>
      faults.set(fault instanceof Error && 'code' in fault ? fault.code : fault, fault),
  };
  const shown = errors.map((error) => {
    const at = error instanceof GraphQLError ? error : undefined;
    const cause = at?.originalError ?? (at ? undefined : error);
    const isOfGraphqlJs = at && (cause === undefined || cause instanceof GraphQLError);
    return isOfGraphqlJs ? coded(at, suggestions) : graphqlErrorOf(shownOf(cause, noted), { error: at });
  });
  for (const fault of faults.values()) call.report(fault, call.requestId);
  return shown;
}

/** Characters of a message of graphql-js, which can print a whole input object or a long name. */
const MAX_MESSAGE = 1_000;

/** graphql-js gives no code to a value that a variable or an argument cannot take. */
function coded(error: GraphQLError, suggestions: boolean): GraphQLError {
  const { extensions } = error;
  const full = suggestions ? error.message : withoutSuggestion(error.message);
  const message = full.length > MAX_MESSAGE ? `${full.slice(0, MAX_MESSAGE).toWellFormed()}…` : full;
  if (extensions.code !== undefined && message === error.message) return error;
  return reworded(error, message, { code: 'INVALID_INPUT', ...extensions });
}

const SUGGESTION = ' Did you mean ';

/** A message without what graphql-js suggests at its end ("Did you mean …?"): a way to learn a schema that is not shown. */
function withoutSuggestion(message: string): string {
  const mark = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return mark < 0 ? message : message.slice(0, mark);
}

/** The same error, at the same place, in other words. Of a syntax error, source and positions are the place. */
function reworded(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: GraphQLError['extensions'],
): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
