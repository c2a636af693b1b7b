import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './server.ts';

/**
 * Writes a whole answer, with the request's id and its length; without its body where HEAD asked. All headers go
 * in one call: one that was set before makes Node take each of the others by itself, a tenth of a REST retrieve.
 * `Vary` is the one header that both the exchange and the face may have: its lists are joined (RFC 9110, section 12.5.5).
 */
export function respond(
  { request, response, requestId, headers: others }: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): void {
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
  const vary = others.vary !== undefined &&
    headers.vary !== undefined && { vary: `${others.vary}, ${headers.vary}` };
  response.writeHead(status, { 'x-request-id': requestId, ...others, ...headers, ...vary, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
