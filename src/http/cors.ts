import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';
import { respond } from './respond.ts';
import type { Face } from './server.ts';

/** What a page of another site may do, and read of an answer. Never credentials: who calls stands in a header. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const READ = [
  'accept, accept-encoding, accept-patch, allow, etag, idempotent-replayed, location, ratelimit, ratelimit-policy',
  'retry-after, www-authenticate, x-request-id',
].join(', ');
const REMEMBERED_S = '600';

/** Lets pages of these origins call a face (the Fetch standard, CORS): exactly these, and of none where there are none. */
export function acrossOrigins(origins: ReadonlySet<string>, face: Face): Face {
  if (origins.size === 0) return face;

  return async (exchange: Exchange) => {
    const { request, headers } = exchange;
    // Each answer depends on the origin, also one that opens itself to none.
    headers.vary = headers.vary === undefined ? 'origin' : `${headers.vary}, origin`;
    const { origin } = request.headers;
    if (origin === undefined || !origins.has(origin)) return face(exchange);
    headers['access-control-allow-origin'] = origin;
    if (!isPreflight(request)) {
      headers['access-control-expose-headers'] = READ;
      return face(exchange);
    }
    const asked = request.headers['access-control-request-headers'];
    respond(exchange, 204, {
      'access-control-allow-methods': METHODS,
      ...(isFieldNames(asked) && { 'access-control-allow-headers': asked }),
      'access-control-max-age': REMEMBERED_S,
      vary: 'access-control-request-headers',
    });
  };
}

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/** A few dozen names: browsers send those that a page sets, and those of its libraries. */
const MAX_ASKED = 2_000;
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Whether a list holds names of header fields and nothing more. Pages of an origin that is let in may send any header: a
 * token is one of them, and the others say less. `*` would not do, for it leaves out `authorization`.
 */
const isFieldNames = (list: string | undefined): list is string =>
  list !== undefined &&
  list.length <= MAX_ASKED &&
  list.split(',').every((name) => FIELD_NAME.test(name.trim()));
