import type { Member as MemberShape } from '../../members/member.ts';
import { cursorOf } from '../../members/member-list.ts';
import type { MemberPage } from '../../members/member-page.ts';
import { countMembers, getMember, listMembers } from '../../members/resolvers.ts';
import { MAX_CUSTOMER_ID } from '../../values/customer-id.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { builder } from './builder.ts';
import { CONNECTION, pageArguments } from './connection.ts';
import { Customer } from './customer.ts';
import { PageInfo } from './page-info.ts';
import { Segment } from './segment.ts';

const extensions = maxCharacters(24);

const SegmentMember = builder.objectRef<MemberShape>('SegmentMember').implement({
  description: 'A customer in a segment.',
  fields: (t) => ({
    customer: t.field({
      type: Customer,
      description: 'The customer.',
      resolve: ({ customerId }) => ({ customerId }),
    }),
    joinedAt: t.expose('joinedAt', {
      type: 'DateTime',
      description:
        'Time at which the customer became a member. If the customer left and came back, the last time.',
    }),
  }),
});

const SegmentMemberEdge = builder.objectRef<MemberShape>('SegmentMemberEdge').implement({
  description: 'A member of a segment and its position in the list.',
  fields: (t) => ({
    node: t.field({ type: SegmentMember, description: 'The member.', resolve: (member) => member }),
    cursor: t.string({
      extensions,
      description:
        'Position of the member, for `after` and `before`. Remains valid after the member is removed.',
      resolve: cursorOf,
    }),
  }),
});

const cursorAt = (member: MemberShape | undefined) => (member ? cursorOf(member) : null);

const SegmentMemberConnection = builder.objectRef<MemberPage>('SegmentMemberConnection').implement({
  description:
    'A page of the members of a segment (a Relay connection). Their number is `memberCount` of the segment.',
  fields: (t) => ({
    edges: t.expose('members', {
      type: [SegmentMemberEdge],
      description: 'The members of this page, each with its cursor.',
    }),
    nodes: t.expose('members', {
      type: [SegmentMember],
      description: 'The members of this page, without cursors.',
    }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'The position of this page in the list.',
      resolve: ({ members, hasNext, hasPrevious }) => ({
        hasNext,
        hasPrevious,
        startCursor: cursorAt(members.at(0)),
        endCursor: cursorAt(members.at(-1)),
      }),
    }),
  }),
});

const SCOPE = 'Requires the scope `members:read`.';

const PAGE = pageArguments({
  objects: 'members',
  after: ': the `endCursor` of a page of this segment.',
  before: ': the `startCursor` of a page of this segment',
});

builder.objectFields(Segment, (t) => ({
  members: t.field({
    type: SegmentMemberConnection,
    description: `The members of the segment, in the order in which they joined. ${SCOPE}`,
    directives: CONNECTION,
    args: PAGE,
    resolve: ({ id }, args, context) => listMembers({ ...args, segmentId: id }, context),
  }),
  memberCount: t.int({
    description: `Number of members. It is exact, and costs nothing to count. ${SCOPE}`,
    resolve: ({ id }, _, context) => countMembers({ segmentId: id }, context),
  }),
  hasMember: t.boolean({
    description: `Whether a customer is a member of the segment. ${SCOPE}`,
    args: {
      customerId: t.arg.id({
        required: true,
        description: `Id of the customer: your own, 1 to ${MAX_CUSTOMER_ID} characters.`,
      }),
    },
    resolve: async ({ id }, { customerId }, context) =>
      (await getMember({ segmentId: id, customerId }, context)) !== null,
  }),
}));
