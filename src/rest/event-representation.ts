import { cursorOf, type Event, type EventType, eventIdOf } from '../events/event.ts';
import type { EventPage } from '../events/event-page.ts';
import { customerIdsOf } from '../members/member-event.ts';
import { changesOf, snapshotOf } from '../segments/segment-event.ts';
import { represent, seconds } from './representation.ts';

/** The documented names of the types of events. */
const TYPE_NAMES: Readonly<Record<EventType, string>> = {
  SEGMENT_CREATED: 'customer_segment.created',
  SEGMENT_UPDATED: 'customer_segment.updated',
  SEGMENT_DELETED: 'customer_segment.deleted',
  SEGMENT_MEMBERS_ADDED: 'customer_segment.members_added',
  SEGMENT_MEMBERS_REMOVED: 'customer_segment.members_removed',
};
export const EVENT_TYPE_NAMES = Object.values(TYPE_NAMES);

const TYPES = new Map(Object.entries(TYPE_NAMES).map(([type, name]) => [name, type]));

/** Returns the types that a list of documented names means, each once. */
export const typesNamed = (names: unknown): unknown =>
  Array.isArray(names) ? [...new Set(names.map((name) => TYPES.get(name) ?? name))] : names;

/** An event as documented, with its properties in the documented order. Only a caller who can see members gets the customers. */
export function representEvent(event: Event, withCustomers: boolean) {
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
) => ({
  has_more: hasMore,
  data: events.map((event) => representEvent(event, withCustomers)),
  next: nextCursor,
});
