import type { Attempt } from '../attempt.ts';

/** Says which events were deleted before they could be delivered, in place of an attempt. */
export const notKept = (first: number, last: number): Attempt => ({
  ...{ at: Date.now(), ms: 0, status: null, body: null },
  error:
    first === last
      ? `Event ${first} was no longer kept and has not been delivered.`
      : `Events ${first} to ${last} were no longer kept and have not been delivered.`,
});
