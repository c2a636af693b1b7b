import type { z } from 'zod';
import { cursorOf, type Event, eventIdOf } from '../events/event.ts';
import type { EventPage } from '../events/event-page.ts';
import { customerIdsOf } from '../members/member-event.ts';
import { changesOf, snapshotOf } from '../segments/segment-event.ts';
import { TYPE_NAMES } from './event-types.ts';
import { represent, seconds } from './representation.ts';
import type * as schemas from './schemas.ts';

/** An event as documented, with its properties in the documented order. Only a caller who can see members gets the customers. */
export function representEvent(event: Event, withCustomers: boolean): z.output<typeof schemas.Event> {
  const snapshot = snapshotOf(event);
  const customerIds = withCustomers ? customerIdsOf(event) : null;
  const { kind, id, name } = event.actor;
  return {
    id: eventIdOf(event),
    type: TYPE_NAMES[event.type],
    created_at: seconds(event.occurredAt),
    cursor: cursorOf(event.n),
    previous_cursor: cursorOf(event.n - 1),
    segment_id: event.segmentId,
    version: event.version,
    segment: snapshot && represent(snapshot),
    changes: Object.fromEntries(
      changesOf(event).map(({ property, before, after }) => [property, { before, after }]),
    ),
    ...(customerIds && { customer_ids: customerIds }),
    actor: { kind, id, name },
    request_id: event.requestId,
  };
}

/** A part of the log as documented. `next` is the cursor to continue from. */
export const representEvents = (
  { events, nextCursor }: EventPage,
  hasMore: boolean,
  withCustomers: boolean,
): z.output<typeof schemas.EventList> => ({
  has_more: hasMore,
  data: events.map((event) => representEvent(event, withCustomers)),
  next: nextCursor,
});
