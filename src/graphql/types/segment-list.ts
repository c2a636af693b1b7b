import type { GraphQLResolveInfo } from 'graphql';
import { listSegments } from '../../segments/resolvers.ts';
import type { Segment as SegmentShape } from '../../segments/segment.ts';
import { cursorOf, type Order } from '../../segments/segment-order.ts';
import type { SegmentPage } from '../../segments/segment-page.ts';
import { maxCharacters } from '../limits/field-size.ts';
import { selectedNames } from '../planner/selected-names.ts';
import { builder } from './builder.ts';
import { CONNECTION, pageArguments } from './connection.ts';
import { Customer } from './customer.ts';
import { MAX_CURSOR, PageInfo } from './page-info.ts';
import { Segment, selectedTexts } from './segment.ts';
import { SegmentFilter, SegmentOrder } from './segment-list-input.ts';

type Edge = { node: SegmentShape; order: Order };

const extensions = maxCharacters(MAX_CURSOR);

const cursorAt = (order: Order, segment: SegmentShape | undefined) =>
  segment ? cursorOf(order, segment) : null;

const SegmentEdge = builder.objectRef<Edge>('SegmentEdge').implement({
  description: 'A segment and its position in the list.',
  fields: (t) => ({
    node: t.expose('node', { type: Segment, description: 'The segment.' }),
    cursor: t.string({
      extensions,
      description:
        'Position of the segment, for `after` and `before` in a list of the same order. Remains valid after the segment is deleted.',
      resolve: ({ node, order }) => cursorOf(order, node),
    }),
  }),
});

const SegmentConnection = builder.objectRef<SegmentPage>('SegmentConnection').implement({
  description: 'A page of a list of segments (a Relay connection).',
  fields: (t) => ({
    edges: t.field({
      type: [SegmentEdge],
      description: 'The segments of this page, each with its cursor.',
      resolve: ({ segments, order }) => segments.map((node) => ({ node, order })),
    }),
    nodes: t.expose('segments', {
      type: [Segment],
      description: 'The segments of this page, without cursors.',
    }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'The position of this page in the list.',
      resolve: ({ order, segments, hasNext, hasPrevious }) => ({
        hasNext,
        hasPrevious,
        startCursor: cursorAt(order, segments.at(0)),
        endCursor: cursorAt(order, segments.at(-1)),
      }),
    }),
    totalCount: t.int({
      directives: { cost: { weight: 10 } },
      description: 'Number of segments that match the filter, on all pages. Counted only if requested.',
      resolve: ({ count }) => count(),
    }),
  }),
});

/** The fields of a connection for which its segments have to be read. */
const OF_THE_PAGE = ['edges', 'nodes', 'pageInfo'];

const PAGE = {
  ...pageArguments({
    objects: 'segments',
    after: ': the `endCursor` of a page in the same order.',
    before: ': the `startCursor` of a page in the same order',
  }),
  ...builder.args((t) => ({
    filter: t.field({ type: SegmentFilter, description: 'Conditions that a segment must meet.' }),
    orderBy: t.field({ type: SegmentOrder, description: 'Order of the list. Defaults to newest first.' }),
  })),
};

/** Returns which parts of a connection have to be read. */
function selectedParts(info: GraphQLResolveInfo) {
  const names = selectedNames(info);
  return { isRead: OF_THE_PAGE.some((name) => names.has(name)), texts: selectedTexts(info) };
}

builder.queryField('segments', (t) =>
  t.field({
    type: SegmentConnection,
    description:
      'The segments of your account, newest first by default. `first`, `last`, `after` and `before` can be combined as the Relay specification defines.',
    directives: CONNECTION,
    args: PAGE,
    resolve: (_, args, context, info) => listSegments({ ...args, ...selectedParts(info) }, context),
  }),
);

// Nullable for the same reason as `inSegments`.
builder.objectField(Customer, 'segments', (t) =>
  t.field({
    type: SegmentConnection,
    nullable: true,
    description:
      'The segments that the customer is a member of, newest first by default. Requires the scopes `segments:read` and `members:read`.',
    directives: CONNECTION,
    args: PAGE,
    resolve: ({ customerId }, args, context, info) =>
      listSegments({ ...args, customer: customerId, ...selectedParts(info) }, context),
  }),
);
