import type { GraphQLParams } from 'graphql-yoga';

const NAME = /^[_A-Za-z]\w{0,63}/;
/** The name of the first operation, where the text begins with it: a document is not parsed for the log. */
const FIRST = /^[\s,]{0,100}(?:query|mutation)\s{1,100}([_A-Za-z]\w{0,63})/;
/** An id of a persisted operation, as tools write it: a digest, or a name. */
const ID = /^[\w.:-]{1,80}$/;

/**
 * What an operation is called in the log: by its name, where it has one; by its id, where it was sent by that; otherwise
 * `anonymous`. At most 80 characters, of letters, digits and `_.:-`, whatever was sent.
 */
export function operationNameOf(params: Readonly<Partial<GraphQLParams>> & { documentId?: unknown }): string {
  const { operationName, query, documentId, extensions } = params;
  const [given] = (typeof operationName === 'string' && NAME.exec(operationName)) || [];
  if (given) return given;
  if (typeof query === 'string') return FIRST.exec(query)?.[1] ?? ANONYMOUS;
  const id = documentId ?? Object(extensions?.persistedQuery).sha256Hash;
  return typeof id === 'string' && ID.test(id) ? id : ANONYMOUS;
}

const ANONYMOUS = 'anonymous';
