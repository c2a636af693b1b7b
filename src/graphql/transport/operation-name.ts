import type { GraphQLParams } from 'graphql-yoga';

const NAME = /^[_A-Za-z]\w{0,63}/;
/** Finds the name of the first operation if the text begins with that operation. A document is not parsed for the log. */
const FIRST = /^[\s,]{0,100}(?:query|mutation|subscription)\s{1,100}([_A-Za-z]\w{0,63})/;
/** The id of a persisted operation, which tools write as a digest or a name. */
const ID = /^[\w.:-]{1,80}$/;

/**
 * Returns the name of an operation for the log: its name if it has one, its id if it was sent by id, otherwise `anonymous`.
 * The result has at most 80 letters, digits and `_.:-`, whatever was sent.
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
