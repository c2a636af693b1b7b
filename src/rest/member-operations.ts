import * as changes from '../members/changes.ts';
import { replaceMembers } from '../members/replacement.ts';
import * as members from '../members/resolvers.ts';
import { listSegments } from '../segments/resolvers.ts';
import { PAGE_OF_SEGMENTS } from './customer-segment-operations.ts';
import { COLLECTION, listOfCustomer } from './customer-segments.ts';
import { LIST_TYPES } from './member-lines.ts';
import { change, list, put, remove, replace, retrieve } from './members.ts';
import { operation, type Resource } from './operation.ts';

const id = { in: 'path', is: 'segmentId' } as const;
const customerId = { in: 'path', is: 'customerId' } as const;

/** The documented operations on the members of segments. */
export const customerSegmentMembers: Resource = {
  [`${COLLECTION}/:id/members`]: {
    GET: operation({
      resolver: members.listMembersByCustomer,
      fields: {
        id,
        limit: { in: 'query', is: ['first', 'last'] },
        starting_after: { in: 'query', is: 'after' },
        ending_before: { in: 'query', is: 'before' },
      },
      status: 200,
      handle: list,
    }),
    POST: operation({
      resolver: changes.changeMembers,
      fields: { id, add: { in: 'body' }, remove: { in: 'body' } },
      status: 200,
      handle: change,
    }),
    PUT: operation({
      resolver: replaceMembers,
      fields: { id },
      lists: LIST_TYPES,
      status: 200,
      handle: replace,
    }),
  },
  [`${COLLECTION}/:id/members/:customer_id`]: {
    GET: operation({
      resolver: members.getMember,
      fields: { id, customer_id: customerId },
      status: 200,
      handle: retrieve,
    }),
    PUT: operation({
      resolver: changes.addMember,
      fields: { id, customer_id: customerId },
      status: 204,
      handle: put,
    }),
    DELETE: operation({
      resolver: changes.removeMember,
      fields: { id, customer_id: customerId },
      status: 204,
      handle: remove,
    }),
  },
  '/v1/customers/:id/segments': {
    GET: operation({
      resolver: listSegments,
      fields: { id: { in: 'path', is: 'customer' }, ...PAGE_OF_SEGMENTS },
      status: 200,
      handle: listOfCustomer,
    }),
  },
};
