import { GraphQLError } from 'graphql';
import { type Code, catalogue } from '../../errors/catalogue.ts';
import { InvalidInput } from '../../errors/invalid-input.ts';
import { type Refusal, Unavailable } from '../../errors/refusals.ts';

/** Codes of refusals that set the HTTP status of the response. The others concern a single field. */
const OF_THE_REQUEST: ReadonlySet<Code> = new Set<Code>(['UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE']);

interface At {
  /** The error of graphql-js, which has the location and the path. */
  error?: GraphQLError | undefined;
  /** The HTTP status and headers, if they do not depend on the code. */
  http?: object;
}

/** Converts a refusal to an entry of a result's `errors`. */
export function graphqlErrorOf(refusal: Refusal, { error, http }: At = {}): GraphQLError {
  const { code, message, headers } = refusal;
  const httpExtension = http ?? (OF_THE_REQUEST.has(code) && { status: catalogue[code].status, headers });
  const shown = new GraphQLError(message, {
    path: error?.path,
    extensions: {
      code,
      ...(refusal instanceof InvalidInput && { issues: refusal.issues }),
      ...(refusal instanceof Unavailable && { outcome: refusal.outcome }),
      ...(httpExtension && { http: httpExtension }),
    },
  });
  // With nodes, graphql-js would compute the locations again.
  return error ? Object.assign(shown, { locations: error.locations }) : shown;
}
