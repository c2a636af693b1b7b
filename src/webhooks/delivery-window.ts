import type { z } from 'zod';
import { placeOf, readEventId } from '../events/event.ts';
import { type PlaceWindow, readPlace } from '../values/placed-page.ts';
import type { Delivery, DeliveryStatus } from './webhook.ts';

/** A part of the deliveries of an endpoint to read, newest event first. */
export interface DeliveryWindow extends PlaceWindow {
  size: number;
  /** If omitted, deliveries of every status are read. */
  status?: DeliveryStatus | null | undefined;
}

/** Greater than the place of every event. The newest event is first in the list, so the places of the list count down from here. */
const TOP = 10 ** 15;

/** The place in the list of the delivery of an event. */
export const listPlaceOf = ({ n }: Pick<Delivery, 'n'>): number => TOP - n;

/** Returns the events between which the deliveries of a window are. */
export const eventsOf = ({ after, before }: PlaceWindow): { low: number; high: number } => ({
  low: before === undefined ? 0 : TOP - before,
  high: after === undefined ? TOP : TOP - after,
});

const eventOf = (cursor: string): number | null => placeOf(cursor) ?? readEventId(cursor)?.n ?? null;

/** Returns the place of a cursor, as `readPlace` does. Cursors are ids of events, or their places as the log spells them. */
export const placeIn = (param: string, given: string | null | undefined, context: z.RefinementCtx) =>
  readPlace(
    { param, given, list: 'a list of deliveries' },
    (cursor) => {
      const n = eventOf(cursor);
      return n === null ? null : listPlaceOf({ n });
    },
    context,
  );
