import { asBig, looped } from '../loop.ts';

/** Many concurrent writes to one row. */
export const abuse = looped({ callers: 200, as: asBig }, (by, { big }, n, signal) =>
  by.send(
    { method: 'PUT', path: `/v1/customer-segments/${big.ids[0]}`, body: { description: `${n}` } },
    signal,
  ),
);
