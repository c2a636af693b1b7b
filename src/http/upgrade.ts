import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether a request asks for a WebSocket at a path. Any other request to upgrade is answered as if it had not asked. */
export const asksForWebSocket = ({ method, headers, url = '' }: IncomingMessage, path: string): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && url.split('?')[0] === path;

/**
 * Whether a request comes from a page of another origin that is not allowed. Browsers send no preflight before they open a
 * WebSocket, so CORS does not apply. Programs other than browsers send no `Origin`.
 */
export function isForeign({ headers }: IncomingMessage, allowed: ReadonlySet<string>): boolean {
  const { origin, host } = headers;
  return origin !== undefined && !allowed.has(origin) && URL.parse(origin)?.host !== host;
}

/** Answers a request to upgrade with a status, and ends its connection. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => {}); // the caller is gone
  const retry = status === 503 ? 'retry-after: 1\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n${retry}content-length: 0\r\n\r\n`,
  );
}
