import { z } from 'zod';
import { TimeFilter } from '../values/moment.ts';
import { extentOf, notACursor, pageSize } from '../values/page-size.ts';
import { text } from '../values/text.ts';
import { wholeNumber } from '../values/whole-number.ts';
import { EVENT_TYPES, placeOf } from './event.ts';

const MAX_TYPES = EVENT_TYPES.length;

/** Which events to read: all conditions that are given must hold. Null means that a condition is not given. */
export const EventFilter = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).max(MAX_TYPES, `must have at most ${MAX_TYPES} types`).nullish(),
  segmentId: text(0, 255).nullish(),
  requestId: text(0, 255).nullish(),
  occurredAt: TimeFilter.nullish(),
});
export type EventFilter = z.output<typeof EventFilter>;

/** The contents of each event: the segment after the change, and what the change replaced. */
export const CONTENTS = ['none', 'segment', 'all'] as const;
export type Contents = (typeof CONTENTS)[number];

/** A part of the log to read: at most `size` events behind the place `after` and in front of `before`. */
export interface EventWindow {
  /** If omitted, the log is read from the oldest event that is kept. */
  after?: number | undefined;
  before?: number | undefined;
  backward: boolean;
  size: number;
  filter: EventFilter;
  /** The contents to read; all of them by default. Others are null in the events that are returned. */
  contents?: Contents | undefined;
}

/** A window, and how many of the events at its end are shown: all of them if it is null. */
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
      after: readPlace('after', after, context),
      before: readPlace('before', before, context),
    };
    const extent = extentOf({ ...sizes, after, before });
    return { ...places, ...extent, filter: filter ?? {}, ...(contents && { contents }) };
  });

/** Returns the place of a cursor. Undefined if there is none; then, if one was given, there is an issue too. */
function readPlace(param: string, given: string | null | undefined, { issues }: z.RefinementCtx) {
  if (given == null) return undefined;
  const place = placeOf(given);
  if (place !== null) return place;
  issues.push({ code: 'custom', path: [param], message: notACursor(given, 'this log'), input: given });
  return undefined;
}

const MAX_WAIT_S = 30;
/** A page forward, and how long to wait until it has an event. */
export const WaitForEvents = z
  .strictObject({
    first: pageSize,
    after: cursor,
    filter: EventFilter.nullish(),
    wait: wholeNumber(0, MAX_WAIT_S, 'whole number of seconds').nullish(),
  })
  .transform(({ first, after, filter, wait }, context) => {
    const place = readPlace('after', after, context);
    const paging: EventPaging = { after: place, ...extentOf({ first, after }), filter: filter ?? {} };
    return { paging, seconds: wait ?? 0 };
  });

/** How to follow the log: from a cursor, or from now on. */
export const FollowEvents = z
  .strictObject({ after: cursor, types: EventFilter.shape.types })
  .transform(({ after, types }, context) => ({ after: readPlace('after', after, context), types }));

export const GetEvent = z.strictObject({ id: z.string() });
