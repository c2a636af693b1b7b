import { held } from '../held.ts';

/** Connections that request the GraphiQL page and never read the response. */
export const abuse = held(3_100, 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n');
