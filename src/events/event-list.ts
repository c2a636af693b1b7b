import { z } from 'zod';
import { TimeFilter } from '../values/moment.ts';
import { extentOf, pageSize } from '../values/page-size.ts';
import { type PlaceWindow, readPlace } from '../values/placed-page.ts';
import { text } from '../values/text.ts';
import { wholeNumber } from '../values/whole-number.ts';
import { EVENT_TYPES, placeOf } from './event.ts';

const MAX_TYPES = EVENT_TYPES.length;

/** Which events to read. Conditions are combined with AND. Null is the same as omitted. */
export const EventFilter = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).max(MAX_TYPES, `must have at most ${MAX_TYPES} types`).nullish(),
  segmentId: text(0, 255).nullish(),
  requestId: text(0, 255).nullish(),
  occurredAt: TimeFilter.nullish(),
});
export type EventFilter = z.output<typeof EventFilter>;

/** Which contents of each event to read: none, the segment after the change, or also the values that the change replaced. */
export const CONTENTS = ['none', 'segment', 'all'] as const;
export type Contents = (typeof CONTENTS)[number];

/** A part of the log to read: at most `size` events after the place `after` and before the place `before`. */
export interface EventWindow extends PlaceWindow {
  /** If omitted, the log is read from the oldest event that is kept. */
  after?: number | undefined;
  size: number;
  filter: EventFilter;
  /** The contents to read; all of them by default. Contents that are not read are null. */
  contents?: Contents | undefined;
  /** Events behind so many bytes of contents are not read; but at least one event is. If omitted, `size` is the only limit. */
  maxBytes?: number | undefined;
}

/** A window, and how many events at its end are returned; null means all of them. */
export interface EventPaging extends EventWindow {
  tail: number | null;
}

const cursor = z.string().nullish();

/** The arguments of a Relay connection of events, oldest first. */
export const ListEvents = z
  .strictObject({
    first: pageSize,
    after: cursor,
    last: pageSize,
    before: cursor,
    filter: EventFilter.nullish(),
    contents: z.enum(CONTENTS).optional(),
  })
  .transform(({ filter, contents, after, before, ...sizes }, context): EventPaging => {
    const places = {
      after: placeIn('after', after, context),
      before: placeIn('before', before, context),
    };
    const extent = extentOf({ ...sizes, after, before });
    return { ...places, ...extent, filter: filter ?? {}, ...(contents && { contents }) };
  });

/** Returns the place of a cursor of the log, as `readPlace` does. */
const placeIn = (param: string, given: string | null | undefined, context: z.RefinementCtx) =>
  readPlace({ param, given, list: 'this log' }, placeOf, context);

/** About how many bytes of contents a page has at most, unless a single event has more. Such a page is shorter than requested. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

const MAX_WAIT_S = 30;
/** A forward page, and how many seconds to wait for an event if it is empty. */
export const WaitForEvents = z
  .strictObject({
    first: pageSize,
    after: cursor,
    filter: EventFilter.nullish(),
    wait: wholeNumber(0, MAX_WAIT_S, 'whole number of seconds').nullish(),
  })
  .transform(({ first, after, filter, wait }, context) => {
    const place = placeIn('after', after, context);
    const paging: EventPaging = {
      after: place,
      ...extentOf({ first, after }),
      filter: filter ?? {},
      maxBytes: MAX_PAGE_BYTES,
    };
    return { paging, seconds: wait ?? 0 };
  });

/** Where to start following the log: after a cursor, or after the newest event. */
export const FollowEvents = z
  .strictObject({ after: cursor, types: EventFilter.shape.types })
  .transform(({ after, types }, context) => ({ after: placeIn('after', after, context), types }));

export const GetEvent = z.strictObject({ id: z.string() });
