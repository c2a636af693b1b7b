import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';

/** The texts of persisted operations, by their ids without the prefix `sha256:`. */
export type PersistedOperations = ReadonlyMap<string, string>;

/** A prefix that some tools write and some clients send. It is not part of the id. */
const SHA256 = /^sha256:/;

export interface Persistence {
  /** The only operations that callers can send. If omitted, callers send the text of any operation. */
  persistedOperations?: PersistedOperations | undefined;
  /** Whether callers can send the text of any operation in spite of `persistedOperations`, as a router has to. */
  anyText?: boolean | undefined;
}

/**
 * Adds the text of a persisted operation to the parameters of a request. The request gives its id as `documentId` or, like
 * Apollo's clients, as `extensions.persistedQuery.sha256Hash`. Throws a GraphQLError if the id is unknown, or if the
 * request has a text and only persisted operations are allowed. If there are no persisted operations, an id without a text
 * is refused with the error that makes Apollo's clients send the text. A request with neither an id nor a text is not a
 * GraphQL request: it is refused with 400 under any media type.
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
 * If Apollo's clients get PERSISTED_QUERY_NOT_SUPPORTED or PERSISTED_QUERY_NOT_FOUND, they send the text. Because of `spec`,
 * the status of the first is 200 under the older media type, as in Apollo Server.
 */
const REFUSALS = {
  BAD_REQUEST: { message: 'Send the text of an operation as `query`.', http: { status: 400 } },
  PERSISTED_QUERY_NOT_SUPPORTED: { message: 'PersistedQueryNotSupported', http: { status: 400, spec: true } },
  PERSISTED_QUERY_NOT_FOUND: {
    message: 'No persisted operation has this id.',
    http: { status: 404 },
  },
  PERSISTED_QUERY_ONLY: {
    message: 'Only persisted operations are allowed. Send the `documentId` of one.',
    http: { status: 403 },
  },
};

function refuse(code: keyof typeof REFUSALS): never {
  const { message, http } = REFUSALS[code];
  throw new GraphQLError(message, { extensions: { code, http } });
}
