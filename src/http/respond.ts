import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './server.ts';
import { discardBody, isSendingBody } from './unread-body.ts';

/**
 * Writes a whole answer, with the request's id and its length; without its body where HEAD asked. All headers go
 * in one call: one that was set before makes Node take each of the others by itself, a tenth of a REST retrieve.
 * `Vary` is the one header that both the exchange and the face may have: its lists are joined (RFC 9110, section 12.5.5).
 * An answer that is given before the request's body has arrived ends the connection: see `discardBody`.
 */
export function respond(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): void {
  const { request, response, requestId, headers: others } = exchange;
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
  const all: OutgoingHttpHeaders = { 'x-request-id': requestId, ...others, ...headers, ...length };
  if (others.vary !== undefined && headers.vary !== undefined) all.vary = `${others.vary}, ${headers.vary}`;
  if (isSendingBody(request)) {
    discardBody(request);
    all.connection = 'close';
  }
  response.writeHead(status, all);
  response.end(request.method === 'HEAD' ? undefined : body);
  exchange.onAnswered(exchange);
}
