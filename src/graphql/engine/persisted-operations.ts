import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';

/** The texts of known operations, by their ids without the prefix `sha256:`. */
export type PersistedOperations = ReadonlyMap<string, string>;

/** Some tools write it before an id, and some clients send it; it is not part of the id. */
const SHA256 = /^sha256:/;

export interface Persistence {
  /** None where every caller sends texts. */
  persistedOperations?: PersistedOperations | undefined;
  /** Whether a caller may send a text of its own beside them: a router has to. */
  anyText?: boolean | undefined;
}

/**
 * The parameters with the text of the operation that they name, by `documentId` or as Apollo's clients do, by
 * `extensions.persistedQuery.sha256Hash`. Throws for an id that is not known, and for a text where only known operations
 * run. Where there are none, an id without a text is refused in the words that make Apollo's clients send the text.
 * What neither names nor holds an operation is no GraphQL request: 400 under any media type.
 */
export function resolved(
  { persistedOperations, anyText = false }: Persistence,
  params: GraphQLParams,
): GraphQLParams {
  const { documentId, ...rest }: GraphQLParams & { documentId?: unknown } = params;
  const isOpen = anyText || !persistedOperations;
  if (isOpen && rest.query !== undefined) return rest;
  const id = documentId ?? Object(rest.extensions?.persistedQuery).sha256Hash;
  if (isOpen && id === undefined) return refuse('BAD_REQUEST');
  if (!persistedOperations) return refuse('PERSISTED_QUERY_NOT_SUPPORTED');
  if (typeof id !== 'string') return refuse(isOpen ? 'PERSISTED_QUERY_NOT_FOUND' : 'PERSISTED_QUERY_ONLY');
  const query = persistedOperations.get(id.replace(SHA256, ''));
  return query === undefined ? refuse('PERSISTED_QUERY_NOT_FOUND') : { ...rest, query };
}

/**
 * Apollo's clients look for PERSISTED_QUERY_NOT_SUPPORTED and PERSISTED_QUERY_NOT_FOUND, and then send the text. With `spec`,
 * the first is answered 200 under the older media type, as Apollo Server does.
 */
const REFUSALS = {
  BAD_REQUEST: { message: 'Send the text of an operation as `query`.', http: { status: 400 } },
  PERSISTED_QUERY_NOT_SUPPORTED: { message: 'PersistedQueryNotSupported', http: { status: 400, spec: true } },
  PERSISTED_QUERY_NOT_FOUND: {
    message: 'No known operation has this id.',
    http: { status: 404 },
  },
  PERSISTED_QUERY_ONLY: {
    message: 'Only known operations can be executed. Send the `documentId` of one.',
    http: { status: 403 },
  },
};

function refuse(code: keyof typeof REFUSALS): never {
  const { message, http } = REFUSALS[code];
  throw new GraphQLError(message, { extensions: { code, http } });
}
