import type { IncomingMessage } from 'node:http';
import { respond } from './respond.ts';
import type { Exchange, Face } from './server.ts';

/** What a page of another site may send, and read of an answer. Never credentials: who calls stands in a header. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const SENT =
  'authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-request-id';
const READ = 'etag, location, idempotent-replayed, ratelimit, ratelimit-policy, retry-after, x-request-id';
const REMEMBERED_S = '600';

/** Lets pages of these origins call a face (the Fetch standard, CORS): exactly these, and of none where there are none. */
export function acrossOrigins(origins: ReadonlySet<string>, face: Face): Face {
  if (origins.size === 0) return face;

  return async (exchange: Exchange) => {
    const { request, headers } = exchange;
    headers.vary = 'origin';
    const { origin } = request.headers;
    if (origin === undefined || !origins.has(origin)) return face(exchange);
    headers['access-control-allow-origin'] = origin;
    if (!isPreflight(request)) {
      headers['access-control-expose-headers'] = READ;
      return face(exchange);
    }
    respond(exchange, 204, {
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': SENT,
      'access-control-max-age': REMEMBERED_S,
    });
  };
}

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
