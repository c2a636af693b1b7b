import { getEvent } from '../events/resolvers.ts';
import { waitForEvents } from '../events/waiting.ts';
import { listSegmentEvents } from '../segments/event-resolvers.ts';
import { COLLECTION } from './customer-segments.ts';
import { EVENT_TYPE_NAMES } from './event-types.ts';
import { EVENTS, list, listOfSegment, retrieve } from './events.ts';
import { eventParameters, SEGMENT_ID } from './fields.ts';
import { operation, type Resource } from './operation.ts';
import { Event, EventList } from './schemas.ts';

/** The documented operations on events. */
export const events: Resource = {
  [EVENTS]: {
    GET: operation({
      documentation: {
        name: 'listEvents',
        summary: 'List or follow events',
        description:
          'Returns changes of your segments in the order in which they happened. With `Accept: text/event-stream`, they are streamed as they happen, and only `after`, `type` and `Last-Event-ID` are allowed.',
        answers: 'A part of the log, or a stream of it.',
        body: EventList,
        streams: true,
        refuses: ['CURSOR_EXPIRED'],
      },
      resolver: waitForEvents,
      fields: {
        'Last-Event-ID': {
          in: 'header',
          is: 'after',
          description:
            'Only for a stream: the last `id` that you received. It takes precedence over `after`.',
        },
        ...eventParameters('', EVENT_TYPE_NAMES),
        segment: {
          in: 'query',
          is: 'filter.segmentId',
          description: 'Lists only events of the segment with this id.',
        },
        wait: {
          in: 'query',
          description:
            'If there is no event to return, waits so many seconds for one. Use a client whose time limit is longer.',
        },
      },
      status: 200,
      handle: list,
    }),
  },
  [`${EVENTS}/:id`]: {
    GET: operation({
      documentation: {
        name: 'getEvent',
        summary: 'Retrieve an event',
        answers: 'The event.',
        body: Event,
        refuses: ['NOT_FOUND'],
      },
      resolver: getEvent,
      fields: { id: { in: 'path', description: 'Id of the event.' } },
      status: 200,
      handle: retrieve,
    }),
  },
  [`${COLLECTION}/:id/events`]: {
    GET: operation({
      documentation: {
        name: 'listEventsOfSegment',
        summary: 'List the events of a segment',
        description: 'Lists the events of one segment, oldest first, also after the segment was deleted.',
        answers: 'A part of the log.',
        body: EventList,
        refuses: ['NOT_FOUND', 'CURSOR_EXPIRED'],
      },
      resolver: listSegmentEvents,
      fields: { id: SEGMENT_ID, ...eventParameters('events.', EVENT_TYPE_NAMES) },
      status: 200,
      handle: listOfSegment,
    }),
  },
};
