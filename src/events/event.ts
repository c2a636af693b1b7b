import type { Actor } from '../accounts/viewer.ts';
import type { JsonRow } from '../database/sql/row-json.ts';
import type { events } from '../database/tables/events.ts';
import { base62, fromBase62 } from '../values/base62.ts';

/** What can happen to a segment. */
export const EVENT_TYPES = [
  'SEGMENT_CREATED',
  'SEGMENT_UPDATED',
  'SEGMENT_DELETED',
  'SEGMENT_MEMBERS_ADDED',
  'SEGMENT_MEMBERS_REMOVED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event of an account's log: its row, without the account and the columns that only the log itself uses. */
export interface Event
  extends Omit<
    typeof events.$inferSelect,
    'accountId' | 'type' | 'actor' | 'segment' | 'details' | 'isErasing'
  > {
  type: EventType;
  actor: Actor;
  /** The row of the segment after the change, by column; null once the segment has been deleted. */
  segment: JsonRow | null;
  /** What the change consists of: the previous values of the properties that an update changed, by column, or the customers. */
  details: JsonRow | null;
}

/** A whole number of at most 15 digits, which JavaScript represents exactly. */
const CURSOR = /^(?:0|[1-9][0-9]{0,14})$/;

/** Returns the cursor of the event at a place. Cursors are consecutive numbers. "0" is the cursor before the first event. */
export const cursorOf = (place: number): string => String(place);

/** Returns the place of a cursor; null if the text is not a cursor. */
export const placeOf = (cursor: string): number | null => (CURSOR.test(cursor) ? Number(cursor) : null);

const DIGITS = 9;
const EVENT_ID = /^evt_([0-9A-Za-z]{9})([0-9A-Za-z]{16})$/;

/**
 * Returns the id of an event. It consists of the place of the event and the id of its segment. It is unique across all accounts,
 * because segment ids are.
 */
export const eventIdOf = ({ n, segmentId }: Pick<Event, 'n' | 'segmentId'>): string =>
  `evt_${base62(n, DIGITS)}${segmentId}`;

/** Returns the place and the segment id that an event id contains; null if the text is not an event id. */
export function readEventId(id: string): { n: number; segmentId: string } | null {
  const [, place, segmentId] = EVENT_ID.exec(id) ?? [];
  return place === undefined || segmentId === undefined ? null : { n: fromBase62(place), segmentId };
}
