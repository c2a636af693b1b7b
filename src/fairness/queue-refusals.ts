import { Unavailable } from '../errors/refusals.ts';

/** The queue is closed. */
export const closed = () => new Unavailable('not_applied');

/** Too much of the account is waiting. */
export const busy = () =>
  new Unavailable('not_applied', {
    message:
      'Too many requests of your account are waiting. Send fewer concurrent requests, and try again in a moment.',
  });

/** The work has waited too long. That is not the fault of the account alone: others, or a slow database, can keep it waiting too. */
export const late = () =>
  new Unavailable('not_applied', { message: 'The database is busy. Try again in a moment.' });
