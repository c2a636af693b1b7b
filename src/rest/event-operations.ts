import { getEvent } from '../events/resolvers.ts';
import { waitForEvents } from '../events/waiting.ts';
import { listSegmentEvents } from '../segments/event-resolvers.ts';
import { COLLECTION } from './customer-segments.ts';
import { EVENT_TYPE_NAMES } from './event-representation.ts';
import { EVENTS, list, listOfSegment, retrieve } from './events.ts';
import { operation, type Resource } from './operation.ts';

const id = { in: 'path' } as const;

/** The parameters of a part of the log, which is at this place in the resolver's input. */
const windowAt = (place: string) =>
  ({
    after: { in: 'query', is: `${place}after` },
    limit: { in: 'query', is: `${place}first` },
    type: { in: 'query', is: `${place}filter.types`, values: EVENT_TYPE_NAMES, repeats: true },
    request_id: { in: 'query', is: `${place}filter.requestId` },
  }) as const;

/** The documented operations on events. */
export const events: Resource = {
  [EVENTS]: {
    GET: operation({
      resolver: waitForEvents,
      fields: {
        'Last-Event-ID': { in: 'header', is: 'after' },
        ...windowAt(''),
        segment: { in: 'query', is: 'filter.segmentId' },
        wait: { in: 'query', is: 'wait' },
      },
      status: 200,
      handle: list,
    }),
  },
  [`${EVENTS}/:id`]: {
    GET: operation({ resolver: getEvent, fields: { id }, status: 200, handle: retrieve }),
  },
  [`${COLLECTION}/:id/events`]: {
    GET: operation({
      resolver: listSegmentEvents,
      fields: { id, ...windowAt('events.') },
      status: 200,
      handle: listOfSegment,
    }),
  },
};
