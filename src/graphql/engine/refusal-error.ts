import { GraphQLError } from 'graphql';
import { type Code, catalogue } from '../../errors/catalogue.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { type Refusal, Unavailable } from '../../errors/refusals.ts';

/** Refusals of a whole request, which its HTTP status tells too. The others concern one field of many. */
const OF_THE_REQUEST: ReadonlySet<Code> = new Set<Code>(['UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE']);

interface At {
  /** The error of graphql-js that tells where in the document it happened. */
  error?: GraphQLError | undefined;
  /** What the answer's HTTP shall say, where the refusal does not decide it. */
  http?: object;
}

/** A refusal among a result's `errors`: its words, its code, and where it has them its issues. */
export function graphqlErrorOf(refusal: Refusal, { error, http }: At = {}): GraphQLError {
  const { code, message, headers } = refusal;
  const told = http ?? (OF_THE_REQUEST.has(code) && { status: catalogue[code].status, headers });
  const shown = new GraphQLError(message, {
    path: error?.path,
    extensions: {
      code,
      ...(refusal instanceof InvalidInput && { issues: refusal.issues }),
      ...(refusal instanceof Unavailable && { outcome: refusal.outcome }),
      ...(told && { http: told }),
    },
  });
  // Given its nodes, graphql-js would count the lines before them a second time.
  return error ? Object.assign(shown, { locations: error.locations }) : shown;
}
