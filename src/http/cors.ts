import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';
import { respond } from './respond.ts';
import type { Face } from './server.ts';

/** The methods that a page of another origin can use. Credentials are not allowed: callers are identified by a header. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** The headers of an answer that such a page can read. */
const EXPOSED = [
  'accept, accept-encoding, accept-patch, allow, content-disposition, etag, event-cursor, idempotent-replayed, location',
  'ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id',
].join(', ');
const REMEMBERED_S = '600';

/** Lets pages of these origins call a face (CORS in the Fetch standard). If there are none, returns the face itself. */
export function acrossOrigins(origins: ReadonlySet<string>, face: Face): Face {
  if (origins.size === 0) return face;

  return async (exchange: Exchange) => {
    const { request, headers } = exchange;
    // Each answer depends on the origin, even if this one is not allowed.
    headers.vary = headers.vary === undefined ? 'origin' : `${headers.vary}, origin`;
    const { origin } = request.headers;
    if (origin === undefined || !origins.has(origin)) return face(exchange);
    headers['access-control-allow-origin'] = origin;
    if (!isPreflight(request)) {
      headers['access-control-expose-headers'] = EXPOSED;
      return face(exchange);
    }
    const requested = request.headers['access-control-request-headers'];
    respond(exchange, 204, {
      'access-control-allow-methods': METHODS,
      ...(isFieldNames(requested) && { 'access-control-allow-headers': requested }),
      'access-control-max-age': REMEMBERED_S,
      vary: 'access-control-request-headers',
    });
  };
}

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/** Max characters of the requested header names: a few dozen names, of which many are set by libraries. */
const MAX_REQUESTED = 2_000;
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Whether a list contains only names of header fields. Pages of an allowed origin can send any header: `authorization` must
 * be allowed, and no other header is more sensitive. `*` is not enough, because it does not include `authorization`.
 */
const isFieldNames = (list: string | undefined): list is string =>
  list !== undefined &&
  list.length <= MAX_REQUESTED &&
  list.split(',').every((name) => FIELD_NAME.test(name.trim()));
