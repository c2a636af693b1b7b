import { catalogue } from '../../errors/catalogue.ts';
import type { ExchangeEnded, Requested } from '../../observation.ts';

/**
 * The names that labels can have, all of which are our own. Anything else is counted as `other`, so that callers cannot add series,
 * and nothing that they send is shown.
 */
export interface Names {
  /** The operations of REST, such as `GET /v1/customer-segments/:id`. */
  rest: ReadonlySet<string>;
  /** The root fields of GraphQL with their types, such as `query segment`. */
  rootFields: ReadonlySet<string>;
}

/** Of a request that reached none of our operations, and of codes that are not listed here. */
export const OTHER = 'other';
/** Of an operation with more than one root field. */
const SEVERAL = 'several';

/** The codes that only GraphQL has, in addition to those of the catalogue. */
const OF_GRAPHQL = [
  ...['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST', 'NOT_ACCEPTABLE'],
  ...['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED', 'PERSISTED_QUERY_ONLY'],
  ...['LINE_LIMIT', 'TOKEN_LIMIT', 'DEPTH_LIMIT', 'ALIAS_LIMIT', 'DIRECTIVE_LIMIT', 'ROOT_FIELD_LIMIT'],
  ...['FIELD_LIMIT', 'COST_LIMIT', 'INTROSPECTION_LIMIT'],
];
/** The codes of errors that each API can return. */
export const CODES = {
  rest: [...Object.keys(catalogue), OTHER],
  graphql: [...Object.keys(catalogue), ...OF_GRAPHQL, OTHER],
};

/** Returns the functions that name the operation and the root fields of a request. */
export function naming({ rest, rootFields }: Names) {
  /** An operation that is sent repeatedly requests the same object each time. */
  const known = new WeakMap<Requested, { operation: string; fields: readonly string[] }>();

  const namesOf = (requested: Requested) => {
    const found = known.get(requested);
    if (found) return found;
    const { type } = requested;
    const fields = [...new Set(requested.fields.map((field) => nameOf(type, field)))];
    const [only = OTHER, ...others] = fields;
    const names = { operation: others.length > 0 ? `${type} ${SEVERAL}` : only, fields };
    known.set(requested, names);
    return names;
  };

  const nameOf = (type: string, field: string): string => {
    const name = `${type} ${field}`;
    return rootFields.has(name) || META.has(field) ? name : OTHER;
  };

  return {
    operationOf({ face, operation = OTHER, requested }: ExchangeEnded): string {
      if (face === 'rest') return rest.has(operation) ? operation : OTHER;
      return requested ? namesOf(requested).operation : OTHER;
    },
    rootFieldsOf: (requested: Requested) => namesOf(requested).fields,
  };
}

/** The fields that every schema has. */
const META: ReadonlySet<string> = new Set(['__typename', '__schema', '__type']);
