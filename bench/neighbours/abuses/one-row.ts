import { asBig, looped } from '../loop.ts';

/** Many writes to one row, all at once. */
export const abuse = looped({ callers: 200, as: asBig }, (by, { big }, n, signal) =>
  by.send(
    { method: 'PUT', path: `/v1/customer-segments/${big.ids[0]}`, body: { description: `${n}` } },
    signal,
  ),
);
