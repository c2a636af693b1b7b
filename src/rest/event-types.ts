import type { EventType } from '../events/event.ts';

/** The documented names of the types of events. */
export const TYPE_NAMES = {
  SEGMENT_CREATED: 'customer_segment.created',
  SEGMENT_UPDATED: 'customer_segment.updated',
  SEGMENT_DELETED: 'customer_segment.deleted',
  SEGMENT_MEMBERS_ADDED: 'customer_segment.members_added',
  SEGMENT_MEMBERS_REMOVED: 'customer_segment.members_removed',
} as const satisfies Record<EventType, string>;
export const EVENT_TYPE_NAMES = Object.values(TYPE_NAMES);

const TYPES = new Map<unknown, string>(Object.entries(TYPE_NAMES).map(([type, name]) => [name, type]));

/** Returns the types that a list of documented names means. Returns other values unchanged, so that the resolver rejects them. */
export const typesNamed = (names: unknown): unknown =>
  Array.isArray(names) ? names.map((name) => TYPES.get(name) ?? name) : names;

/** Returns the same types, each once, because a query can repeat one any number of times. */
export const uniqueTypesNamed = (names: unknown): unknown => {
  const types = typesNamed(names);
  return Array.isArray(types) ? [...new Set(types)] : types;
};
