import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';

/** The operations that may be sent, by their ids: what `graphql-codegen` and `relay-compiler` write. */
export type PersistedOperations = ReadonlyMap<string, string>;

/**
 * The parameters with the text of the operation that they name, by `documentId` or as Apollo's clients do, by
 * `extensions.persistedQuery.sha256Hash`. Throws for an id that is not known, and for a text: only known operations run.
 */
export function resolved(operations: PersistedOperations, params: GraphQLParams): GraphQLParams {
  const { documentId, extensions, query: _, ...rest }: Record<string, unknown> = Object(params);
  const id = documentId ?? Object(Object(extensions).persistedQuery).sha256Hash;
  if (typeof id !== 'string') {
    throw refused(
      403,
      'PERSISTED_QUERY_ONLY',
      'Only known operations run here: send the `documentId` of one.',
    );
  }
  const query = operations.get(id.replace(/^sha256:/, ''));
  if (query === undefined)
    throw refused(404, 'PERSISTED_QUERY_NOT_FOUND', 'No operation of this id is known here.');
  return { ...rest, query };
}

const refused = (status: number, code: string, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
