import { GraphQLError } from 'graphql';
import { type Refusal, Unavailable } from '../../errors/refusals.ts';
import { type Call, observeCause, shownOf } from '../../resolver.ts';
import { graphqlErrorOf } from './refusal-error.ts';

/**
 * The errors of an execution in the words that their caller may see. What graphql-js refuses by itself (no such field, a
 * variable of a wrong type) is meant for the caller, without its suggestions where those are not. What lies behind the
 * others is observed once, however many fields of the operation it failed: see `identityOf`.
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
 * Returns what distinguishes the fault behind a refusal from others: its code, such as an SQLSTATE. If a connection is lost or
 * cannot be opened in time, each statement fails with an error of its own without a code, so the message is used.
 */
function identityOf(refusal: Refusal): unknown {
  const { cause } = refusal;
  if (!(cause instanceof Error)) return cause;
  if ('code' in cause) return cause.code;
  return refusal instanceof Unavailable ? cause.message : cause;
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
