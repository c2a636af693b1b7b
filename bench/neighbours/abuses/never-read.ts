import { held } from '../held.ts';

/** Connections that ask for the page of a browser, and read nothing of it. */
export const abuse = held(3_100, 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n');
