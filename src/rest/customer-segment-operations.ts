import * as segments from '../segments/resolvers.ts';
import { WRITABLE } from '../segments/segment.ts';
import { COLLECTION, create, list, remove, retrieve, update } from './customer-segments.ts';
import { FILTERS, KNOWN, PAGE_OF_SEGMENTS, PRECONDITIONS, SEGMENT_ID } from './fields.ts';
import { type Field, operation, type Resource } from './operation.ts';
import { CustomerSegment, CustomerSegmentList } from './schemas.ts';

/** The properties that a caller can set. Their descriptions are in `segments/segment.ts`. */
const properties = Object.fromEntries(
  WRITABLE.map((name) => [name, { in: 'body' } as const satisfies Field]),
);
/** A read-only property. Clients can send it, and it is ignored. */
const ignored = {
  in: 'body',
  is: [],
  description: 'Ignored, so that a segment can be sent back as it was retrieved.',
  schema: CustomerSegment.shape.created_at,
} as const satisfies Field;

const updating = (name: string, description: string) =>
  operation({
    documentation: {
      name,
      summary: 'Update a segment',
      description,
      answers: 'The segment after the change.',
      body: CustomerSegment,
      headers: ['ETag'],
      refuses: ['NOT_FOUND'],
    },
    resolver: segments.updateSegment,
    fields: {
      id: { ...SEGMENT_ID, isEchoed: true },
      ...properties,
      created_at: ignored,
      updated_at: ignored,
      ...PRECONDITIONS,
    },
    status: 200,
    handle: update,
  });

/** The documented operations on segments. */
export const customerSegments: Resource = {
  [COLLECTION]: {
    GET: operation({
      documentation: {
        name: 'listCustomerSegments',
        summary: 'List segments',
        description: 'Lists the segments of your account, newest first.',
        answers: 'A page of segments.',
        body: CustomerSegmentList,
        headers: ['Event-Cursor'],
      },
      resolver: segments.listSegments,
      fields: { ...PAGE_OF_SEGMENTS, ...FILTERS },
      status: 200,
      handle: list,
    }),
    POST: operation({
      documentation: {
        name: 'createCustomerSegment',
        summary: 'Create a segment',
        answers: 'The segment.',
        body: CustomerSegment,
        headers: ['Location', 'ETag', 'Idempotent-Replayed'],
        refuses: ['QUOTA_EXCEEDED', 'IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'],
      },
      resolver: segments.createSegment,
      fields: {
        ...properties,
        'Idempotency-Key': {
          in: 'header',
          is: 'idempotencyKey',
          description:
            'A key of your choice, such as a UUID. For 24 hours, the same request with the same key returns the first response and creates nothing more. So it is safe to send the request again if no response arrived.',
        },
      },
      status: 201,
      handle: create,
    }),
  },
  [`${COLLECTION}/:id`]: {
    GET: operation({
      documentation: {
        name: 'getCustomerSegment',
        summary: 'Retrieve a segment',
        answers: 'The segment.',
        body: CustomerSegment,
        headers: ['ETag'],
        refuses: ['NOT_FOUND'],
      },
      resolver: segments.getSegment,
      fields: { id: SEGMENT_ID, 'If-None-Match': KNOWN },
      status: 200,
      handle: retrieve,
    }),
    PUT: updating(
      'updateCustomerSegment',
      'Changes the properties that are sent, at least one. The others stay as they are.',
    ),
    PATCH: updating('patchCustomerSegment', 'The same as PUT. Also accepts a merge patch (RFC 7396).'),
    DELETE: operation({
      documentation: {
        name: 'deleteCustomerSegment',
        summary: 'Delete a segment',
        description:
          'Deletes a segment with its members. What it contained is also erased from its events in the log.',
        answers: 'The segment is deleted.',
        refuses: ['NOT_FOUND'],
      },
      resolver: segments.deleteSegment,
      fields: { id: SEGMENT_ID, ...PRECONDITIONS },
      status: 204,
      handle: remove,
    }),
  },
};
