import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { type Call, shownOf } from '../resolver.ts';
import { graphqlErrorOf } from './errors.ts';

/** Gives each error of an execution the words that its caller may see, and reports what lies behind. */
export const useMasking = (): Plugin<Context> => ({
  onExecute: () => ({
    onExecuteDone({ result, args, setResult }) {
      if (!('errors' in result) || !result.errors) return;
      const errors = result.errors.map((error) => masked(error, args.contextValue));
      setResult({ ...result, errors });
    },
  }),
});

/** graphql-js's own errors (no such field, a variable of a wrong type) are meant for the caller as they are. */
export function masked(error: unknown, call: Pick<Call, 'requestId' | 'report'>): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const cause = at?.originalError ?? (at ? undefined : error);
  if (at && (cause === undefined || cause instanceof GraphQLError)) return at;
  const refusal = cause instanceof Refusal && cause.code === 'INTERNAL' ? cause : shownOf(cause, call);
  return graphqlErrorOf(refusal, at);
}
