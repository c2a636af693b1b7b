import * as segments from '../segments/resolvers.ts';
import { WRITABLE } from '../segments/segment.ts';
import { COLLECTION, create, list, remove, retrieve, update } from './customer-segments.ts';
import { operation, type Resource } from './operation.ts';

const id = { in: 'path' } as const;
/** The properties that a caller can set. */
const properties = Object.fromEntries(WRITABLE.map((name) => [name, { in: 'body' } as const]));
/** A property that can be sent back as it was retrieved, and is ignored. */
const ignored = { in: 'body', is: [] } as const;
const ifMatch = { in: 'header', is: 'expectedVersion' } as const;
const ifNoneMatch = { in: 'header', is: 'excludedVersion' } as const;

/** The parameters of a page of segments. */
export const PAGE_OF_SEGMENTS = {
  limit: { in: 'query', is: ['first', 'last'] },
  starting_after: { in: 'query', is: 'after' },
  ending_before: { in: 'query', is: 'before' },
  name: { in: 'query', is: 'filter.name.eq' },
  criteria: { in: 'query', is: 'filter.criteria.eq' },
} as const;

const updating = operation({
  resolver: segments.updateSegment,
  fields: {
    id,
    ...properties,
    created_at: ignored,
    updated_at: ignored,
    'If-Match': ifMatch,
    'If-None-Match': ifNoneMatch,
  },
  status: 200,
  handle: update,
});

/** The documented operations on segments. */
export const customerSegments: Resource = {
  [COLLECTION]: {
    GET: operation({
      resolver: segments.listSegments,
      fields: { ...PAGE_OF_SEGMENTS, member: { in: 'query', is: 'filter.member' } },
      status: 200,
      handle: list,
    }),
    POST: operation({
      resolver: segments.createSegment,
      fields: {
        ...properties,
        'Idempotency-Key': { in: 'header', is: 'idempotencyKey' },
      },
      status: 201,
      handle: create,
    }),
  },
  [`${COLLECTION}/:id`]: {
    GET: operation({ resolver: segments.getSegment, fields: { id }, status: 200, handle: retrieve }),
    PUT: updating,
    PATCH: updating,
    DELETE: operation({
      resolver: segments.deleteSegment,
      fields: { id, 'If-Match': ifMatch, 'If-None-Match': ifNoneMatch },
      status: 204,
      handle: remove,
    }),
  },
};
