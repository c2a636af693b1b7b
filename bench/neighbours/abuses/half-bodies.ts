import { held } from '../held.ts';

/** Requests whose bodies never end. */
export const abuse = held(
  3_100,
  'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query":"{ segm',
);
