import { countSegments, listSegments, type SegmentPage } from '../segments/resolvers.ts';
import type { Segment as SegmentShape } from '../segments/segment.ts';
import { DEFAULT_SIZE, LARGEST_SIZE } from '../segments/segment-list.ts';
import { cursorOf, type Order } from '../segments/segment-order.ts';
import { builder } from './builder.ts';
import { Segment } from './segment.ts';
import { SegmentFilter, SegmentOrder } from './segment-list-input.ts';

type Connection = SegmentPage & { args: object };
type Edge = { node: SegmentShape; order: Order };

const PageInfo = builder.objectRef<SegmentPage>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  directives: { shareable: true },
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Whether more follow: ask for them with `first` and `after: endCursor`.',
      resolve: ({ hasNext }) => hasNext(),
    }),
    hasPreviousPage: t.boolean({
      description: 'Whether more come before: ask for them with `last` and `before: startCursor`.',
      resolve: ({ hasPrevious }) => hasPrevious(),
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first edge; null if the page is empty.',
      resolve: ({ order, segments }) => cursorAt(order, segments.at(0)),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last edge; null if the page is empty.',
      resolve: ({ order, segments }) => cursorAt(order, segments.at(-1)),
    }),
  }),
});

const cursorAt = (order: Order, segment: SegmentShape | undefined) => segment && cursorOf(order, segment);

const SegmentEdge = builder.objectRef<Edge>('SegmentEdge').implement({
  description: 'A segment and its place in the list.',
  fields: (t) => ({
    node: t.expose('node', { type: Segment, description: 'The segment.' }),
    cursor: t.string({
      description:
        'Its place, for `after` and `before` in the same order. It holds even if the segment is deleted.',
      resolve: ({ node, order }) => cursorOf(order, node),
    }),
  }),
});

const SegmentConnection = builder.objectRef<Connection>('SegmentConnection').implement({
  description: 'A page of a list of segments, as Relay has it.',
  fields: (t) => ({
    edges: t.field({
      type: [SegmentEdge],
      description: 'The segments of this page, each with its cursor.',
      resolve: ({ segments, order }) => segments.map((node) => ({ node, order })),
    }),
    nodes: t.expose('segments', { type: [Segment], description: 'The segments of this page, plain.' }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'Where this page stands in the list.',
      resolve: (page) => page,
    }),
    totalCount: t.int({
      directives: { cost: { weight: 10 } },
      description: 'How many segments the filter lets through, on all pages. Counted only if you ask for it.',
      resolve: ({ args }, _, context) => countSegments(args, context),
    }),
  }),
});

builder.queryField('segments', (t) =>
  t.field({
    type: SegmentConnection,
    description: 'The segments of your account, newest first unless you order them otherwise.',
    directives: {
      listSize: {
        assumedSize: DEFAULT_SIZE,
        slicingArguments: ['first', 'last'],
        sizedFields: ['edges', 'nodes'],
        requireOneSlicingArgument: false,
      },
    },
    args: {
      first: t.arg.int({
        description: `So many, forward: 1 to ${LARGEST_SIZE}, ${DEFAULT_SIZE} if you give neither this nor \`last\`.`,
      }),
      after: t.arg.string({ description: 'Forward from here: the `endCursor` of a page in the same order.' }),
      last: t.arg.int({ description: `So many, backward: 1 to ${LARGEST_SIZE}.` }),
      before: t.arg.string({
        description: 'Backward from here: the `startCursor` of a page in the same order.',
      }),
      filter: t.arg({ type: SegmentFilter, description: 'Which segments. All conditions must hold.' }),
      orderBy: t.arg({ type: SegmentOrder, description: 'In which order. Newest first if it is left out.' }),
    },
    resolve: async (_, args, context) => {
      const page = await listSegments(args, context);
      return { ...page, args: { filter: args.filter } };
    },
  }),
);
