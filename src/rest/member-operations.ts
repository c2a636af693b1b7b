import * as changes from '../members/changes.ts';
import { replaceMembers } from '../members/replacement.ts';
import * as members from '../members/resolvers.ts';
import { listSegments } from '../segments/resolvers.ts';
import { COLLECTION, listOfCustomer } from './customer-segments.ts';
import { PAGE_OF_SEGMENTS, pageParameters, SEGMENT_ID } from './fields.ts';
import { LIST_TYPES } from './member-lines.ts';
import { change, list, put, remove, replace, retrieve } from './members.ts';
import { type Field, operation, type Resource } from './operation.ts';
import { CustomerSegmentList, Member, MemberChanges, MemberList, MemberReplacement } from './schemas.ts';

const id = { ...SEGMENT_ID, is: 'segmentId' } as const satisfies Field;
const customerId = {
  in: 'path',
  is: 'customerId',
  description: 'Your own id of the customer, percent-encoded. The ids `.` and `..` cannot be sent in a path.',
} as const satisfies Field;

/** The documented operations on the members of segments. */
export const customerSegmentMembers: Resource = {
  [`${COLLECTION}/:id/members`]: {
    GET: operation({
      documentation: {
        name: 'listMembers',
        summary: 'List the members of a segment',
        description:
          'Lists the members in the order in which they joined. A customer who left and came back is at the end.',
        answers: 'A page of members.',
        body: MemberList,
        refuses: ['NOT_FOUND'],
      },
      resolver: members.listMembersByCustomer,
      fields: { id, ...pageParameters('members', 'the member with this `customer_id`') },
      status: 200,
      handle: list,
    }),
    POST: operation({
      documentation: {
        name: 'changeMembers',
        summary: 'Add and remove members',
        description:
          'Makes all changes in one step. The two lists together have 1 to 1,000 ids. An id that is repeated in a list counts once, and no id can be in both. The request can be repeated: adding a member again changes nothing.',
        answers: 'How many members were added and removed.',
        body: MemberChanges,
        refuses: ['NOT_FOUND'],
      },
      resolver: changes.changeMembers,
      fields: {
        id,
        add: { in: 'body', description: 'Ids of customers to add.' },
        remove: { in: 'body', description: 'Ids of customers to remove.' },
      },
      status: 200,
      handle: change,
    }),
    PUT: operation({
      documentation: {
        name: 'replaceMembers',
        summary: 'Replace all members',
        description:
          'The body is the complete list of customers, of any length, with one line for each. While it arrives, everyone sees the previous members. A list that breaks off, or has a line that is refused, changes nothing. With `Expect: 100-continue`, errors arrive before the list is sent.',
        answers: 'How many members were added, removed and left as they were.',
        body: MemberReplacement,
        examples: {
          'text/plain': 'customer-1\ncustomer-2\n',
          'text/csv': 'customer_id\ncustomer-1\ncustomer-2\n',
          'application/x-ndjson': '{"customer_id": "customer-1"}\n{"customer_id": "customer-2"}\n',
        },
        refuses: ['NOT_FOUND'],
      },
      resolver: replaceMembers,
      fields: { id },
      lists: LIST_TYPES,
      status: 200,
      handle: replace,
    }),
  },
  [`${COLLECTION}/:id/members/:customer_id`]: {
    GET: operation({
      documentation: {
        name: 'getMember',
        summary: 'Find out whether a customer is a member',
        answers: 'The customer is a member of the segment. If not, the answer is 404.',
        body: Member,
        refuses: ['NOT_FOUND'],
      },
      resolver: members.getMember,
      fields: { id, customer_id: customerId },
      status: 200,
      handle: retrieve,
    }),
    PUT: operation({
      documentation: {
        name: 'addMember',
        summary: 'Add a customer',
        answers: 'The customer is a member.',
        refuses: ['NOT_FOUND'],
      },
      resolver: changes.addMember,
      fields: { id, customer_id: customerId },
      status: 204,
      handle: put,
    }),
    DELETE: operation({
      documentation: {
        name: 'removeMember',
        summary: 'Remove a customer',
        answers: 'The customer is not a member.',
        refuses: ['NOT_FOUND'],
      },
      resolver: changes.removeMember,
      fields: { id, customer_id: customerId },
      status: 204,
      handle: remove,
    }),
  },
  '/v1/customers/:id/segments': {
    GET: operation({
      documentation: {
        name: 'listSegmentsOfCustomer',
        summary: 'List the segments of a customer',
        description:
          'Lists the segments of which a customer is a member, newest first. Requires the scope `members:read` as well.',
        answers: 'A page of segments.',
        body: CustomerSegmentList,
        headers: ['Event-Cursor'],
      },
      resolver: listSegments,
      fields: { id: { ...customerId, is: 'customer' }, ...PAGE_OF_SEGMENTS },
      status: 200,
      handle: listOfCustomer,
    }),
  },
};
