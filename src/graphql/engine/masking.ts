import { GraphQLError } from 'graphql';
import { type Refusal, Unavailable } from '../../errors/refusals.ts';
import { type Call, observeCause, shownOf } from '../../resolver.ts';
import { graphqlErrorOf } from './refusal-error.ts';

/**
 * Converts the errors of an execution to those that the caller sees. Errors of graphql-js itself, such as an unknown field
 * or a variable of a wrong type, are shown, but without suggestions if `suggestions` is false. The cause of any other error
 * is observed once, even if it made several fields of the operation fail: see `identityOf`.
 */
export function masked(
  errors: readonly unknown[],
  call: Pick<Call, 'requestId' | 'observe'>,
  { suggestions }: { suggestions: boolean },
): GraphQLError[] {
  const refusals = new Map<unknown, Refusal>();
  const shown = errors.map((error) => {
    const at = error instanceof GraphQLError ? error : undefined;
    const cause = at?.originalError ?? (at ? undefined : error);
    const isOfGraphqlJs = at && (cause === undefined || cause instanceof GraphQLError);
    if (isOfGraphqlJs) return coded(at, suggestions);
    const refusal = shownOf(cause, call.requestId);
    refusals.set(identityOf(refusal), refusal);
    return graphqlErrorOf(refusal, { error: at });
  });
  for (const refusal of refusals.values()) observeCause(refusal, call);
  return shown;
}

/**
 * Returns what distinguishes the fault behind a refusal from others: its code, such as an SQLSTATE. If a connection is lost
 * or cannot be opened in time, each statement fails with an error of its own without a code, so the message is used.
 */
function identityOf(refusal: Refusal): unknown {
  const { cause } = refusal;
  if (!(cause instanceof Error)) return cause;
  if ('code' in cause) return cause.code;
  return refusal instanceof Unavailable ? cause.message : cause;
}

/** Max characters of a message of graphql-js, which can contain a whole input object or a long name. */
const MAX_MESSAGE = 1_000;

/** Shortens the message and adds a code, because graphql-js gives none to an invalid value of a variable or an argument. */
function coded(error: GraphQLError, suggestions: boolean): GraphQLError {
  const { extensions } = error;
  const full = suggestions ? error.message : withoutSuggestion(error.message);
  const message = full.length > MAX_MESSAGE ? `${full.slice(0, MAX_MESSAGE).toWellFormed()}…` : full;
  if (extensions.code !== undefined && message === error.message) return error;
  return reworded(error, message, { code: 'INVALID_INPUT', ...extensions });
}

const SUGGESTION = ' Did you mean ';

/** Removes the suggestion ("Did you mean …?") at the end of a message, which would reveal names of a hidden schema. */
function withoutSuggestion(message: string): string {
  const mark = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return mark < 0 ? message : message.slice(0, mark);
}

/** Copies an error with another message. A syntax error has its location in `source` and `positions`. */
function reworded(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: GraphQLError['extensions'],
): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
