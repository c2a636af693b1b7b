import type { Actor } from '../accounts/viewer.ts';
import type { JsonRow } from '../database/sql/row-json.ts';
import type { events } from '../database/tables/events.ts';
import { base62, fromBase62 } from '../values/base62.ts';

/** What can happen to a segment. */
export const EVENT_TYPES = ['SEGMENT_CREATED', 'SEGMENT_UPDATED', 'SEGMENT_DELETED'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An entry of an account's log: its row, without the account and what only the log itself needs. */
export interface Event
  extends Omit<
    typeof events.$inferSelect,
    'accountId' | 'type' | 'actor' | 'segment' | 'before' | 'isErasing'
  > {
  type: EventType;
  actor: Actor;
  /** The row of the segment after the change, by columns; null once the segment has been deleted. */
  segment: JsonRow | null;
  /** The former values of what an update changed, by columns. */
  before: JsonRow | null;
}

/** A whole number that JavaScript holds exactly. */
const CURSOR = /^(?:0|[1-9][0-9]{0,14})$/;

/** The cursor of the event at a place. Cursors count: the one before this one is one less, and "0" is before the first. */
export const cursorOf = (place: number): string => String(place);

/** Returns the place of a cursor; null if the text is not a cursor. */
export const placeOf = (cursor: string): number | null => (CURSOR.test(cursor) ? Number(cursor) : null);

const DIGITS = 9;
const EVENT_ID = /^evt_([0-9A-Za-z]{9})([0-9A-Za-z]{16})$/;

/**
 * The id of an event: its place and its segment. No other event has it, of whichever account, because the id of a segment
 * is unique.
 */
export const eventIdOf = ({ n, segmentId }: Pick<Event, 'n' | 'segmentId'>): string =>
  `evt_${base62(n, DIGITS)}${segmentId}`;

/** Returns the place and the segment that an event's id stands for; null if the text is not such an id. */
export function readEventId(id: string): { n: number; segmentId: string } | null {
  const [, place, segmentId] = EVENT_ID.exec(id) ?? [];
  return place === undefined || segmentId === undefined ? null : { n: fromBase62(place), segmentId };
}
