import { z } from 'zod';
import { TimeFilter } from '../values/moment.ts';
import { extentOf, notACursor, pageSize } from '../values/page-size.ts';
import { text } from '../values/text.ts';
import { EVENT_TYPES, placeOf } from './event.ts';

/** Which events to read: all conditions that are given must hold. Null means that a condition is not given. */
export const EventFilter = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).nullish(),
  segmentId: text(0, 255).nullish(),
  requestId: text(0, 255).nullish(),
  occurredAt: TimeFilter.nullish(),
});
export type EventFilter = z.output<typeof EventFilter>;

/** A part of the log to read: at most `size` events behind the place `after` and in front of `before`. */
export interface EventWindow {
  /** Undefined: from the oldest event that is kept. */
  after: number | undefined;
  before: number | undefined;
  backward: boolean;
  size: number;
  filter: EventFilter;
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
  })
  .transform(({ filter, ...page }, { issues }): EventPaging => {
    const place = (param: 'after' | 'before'): number | undefined => {
      const given = page[param];
      if (given == null) return undefined;
      const found = placeOf(given);
      if (found !== null) return found;
      issues.push({ code: 'custom', path: [param], message: notACursor(given, 'this log'), input: given });
      return undefined;
    };
    return { after: place('after'), before: place('before'), ...extentOf(page), filter: filter ?? {} };
  });

export const GetEvent = z.strictObject({ id: z.string() });
