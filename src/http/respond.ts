import type { OutgoingHttpHeaders } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { charged } from '../fairness/loop-time.ts';
import type { Exchange } from './exchange.ts';
import { discardBody, isSendingBody } from './unread-body.ts';

/**
 * Sends an answer with the request id and its length, and without its body if the method is HEAD. All headers are passed in
 * one call: if one is set before, Node processes each header separately, which is slower. `Vary` is the only header that
 * both the exchange and the face can have, so its lists are joined (RFC 9110, section 12.5.5). If the body of the request
 * has not arrived yet, the answer ends the connection: see `discardBody`.
 */
export function respond(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): void {
  begin(exchange, status, headers, body === undefined ? undefined : Buffer.byteLength(body));
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : body);
  exchange.onAnswered(exchange);
}

/**
 * Sends a large answer like `respond`, one chunk in each turn of the event loop, because a write blocks while the system
 * copies the data.
 */
export async function respondInTurns(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  chunks: readonly Buffer[],
): Promise<void> {
  const { request, response } = exchange;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  begin(exchange, status, headers, length);
  for (const chunk of request.method === 'HEAD' ? [] : chunks) {
    if (response.destroyed) break;
    charged(exchange.loop, () => response.write(chunk));
    await nextTurn();
  }
  response.end();
  exchange.onAnswered(exchange);
}

function begin(exchange: Exchange, status: number, headers: OutgoingHttpHeaders, bytes?: number): void {
  const length = bytes !== undefined && { 'content-length': bytes };
  writeHead(exchange, status, { ...headers, ...length });
  if (isSendingBody(exchange.request)) discardBody(exchange.request);
}

/** Writes the head of an answer, which ends the connection if the body of the request has not arrived yet. */
export function writeHead(exchange: Exchange, status: number, headers: OutgoingHttpHeaders): void {
  const { request, response, requestId, headers: others } = exchange;
  const all: OutgoingHttpHeaders = { 'x-request-id': requestId, ...others, ...headers };
  if (others.vary !== undefined && headers.vary !== undefined) all.vary = `${others.vary}, ${headers.vary}`;
  if (isSendingBody(request)) all.connection = 'close';
  response.writeHead(status, all);
}
