import type { GraphQLResolveInfo } from 'graphql';
import { cursorOf, EVENT_TYPES, type Event } from '../../events/event.ts';
import type { Contents } from '../../events/event-list.ts';
import type { EventPage } from '../../events/event-page.ts';
import { listEvents } from '../../events/resolvers.ts';
import { selectedNames } from '../planner/selected-names.ts';
import { builder } from './builder.ts';
import { CONNECTION, pageArguments } from './connection.ts';
import { PageInfo } from './page-info.ts';
import { Segment } from './segment.ts';
import { CURSOR, SegmentEvent, SegmentEventType } from './segment-event.ts';
import { SegmentTimeFilter } from './segment-list-input.ts';

const SegmentEventEdge = builder.objectRef<Event>('SegmentEventEdge').implement({
  description: 'An event and its position in the log.',
  fields: (t) => ({
    node: t.field({ type: SegmentEvent, description: 'The event.', resolve: (event) => event }),
    cursor: t.string({
      extensions: CURSOR,
      description: 'Position of the event, for `after` and `before`. The same as `cursor` of the event.',
      resolve: ({ n }) => cursorOf(n),
    }),
  }),
});

const SegmentEventConnection = builder.objectRef<EventPage>('SegmentEventConnection').implement({
  description: 'A page of the event log (a Relay connection).',
  fields: (t) => ({
    edges: t.expose('events', {
      type: [SegmentEventEdge],
      description: 'The events of this page, each with its cursor.',
    }),
    nodes: t.expose('events', { type: [SegmentEvent], description: 'The events of this page.' }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'The position of this page in the log.',
      resolve: ({ events, hasNext, hasPrevious }) => ({
        hasNext,
        hasPrevious,
        startCursor: cursorAt(events.at(0)),
        endCursor: cursorAt(events.at(-1)),
      }),
    }),
    headCursor: t.exposeString('headCursor', {
      extensions: CURSOR,
      description:
        'Cursor of the newest event of your account when the page was read, whatever the page contains; `0` if there is none. To copy your segments and keep the copy up to date: read `headCursor`, then list the segments in a later request, then follow the log with `after: headCursor`.',
    }),
  }),
});

const cursorAt = (event: Event | undefined) => (event ? cursorOf(event.n) : null);

const SegmentEventFilter = builder.inputType('SegmentEventFilter', {
  description: 'Conditions that an event must meet, combined with AND. Null is the same as omitted.',
  fields: (t) => ({
    types: t.field({
      type: [SegmentEventType],
      description: `Has one of these types. Up to ${EVENT_TYPES.length} types; an empty list matches nothing.`,
    }),
    segmentId: t.id({ description: 'Concerns this segment, which may be deleted.' }),
    requestId: t.string({ description: 'Was caused by the request with this id (`X-Request-Id`).' }),
    occurredAt: t.field({ type: SegmentTimeFilter, description: 'Conditions on the time of the change.' }),
  }),
});

const PAGE = pageArguments({
  objects: 'events',
  after:
    ', of any event of your account. If events after it are no longer kept, the error `CURSOR_EXPIRED` is returned.',
  before: '',
});

/** Returns which contents of events an operation selects below a field. The others are not fetched. */
function selectedContents(info: GraphQLResolveInfo): Contents {
  const names = selectedNames(info);
  if (names.has('changes') || names.has('customerIds')) return 'all';
  return names.has('segment') ? 'segment' : 'none';
}

builder.queryField('segmentEvents', (t) =>
  t.field({
    type: SegmentEventConnection,
    description:
      'The event log of your account, oldest event first: every change of a segment, in the order in which the changes were committed. Events are never inserted before others, so a reader that continues from its last cursor misses nothing.',
    directives: CONNECTION,
    args: {
      ...PAGE,
      filter: t.arg({ type: SegmentEventFilter, description: 'Conditions that an event must meet.' }),
    },
    resolve: (_, args, context, info) => listEvents({ ...args, contents: selectedContents(info) }, context),
  }),
);

builder.objectField(Segment, 'events', (t) =>
  t.field({
    type: SegmentEventConnection,
    description:
      'The events of this segment, oldest first. Requires the scope `segments:read`, also in a mutation.',
    directives: CONNECTION,
    args: PAGE,
    resolve: ({ id }, args, context, info) =>
      listEvents({ ...args, filter: { segmentId: id }, contents: selectedContents(info) }, context),
  }),
);
