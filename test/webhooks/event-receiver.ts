import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answered, Destinations } from '../../src/webhooks/destinations.ts';

/** A message that a receiver got. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The event in the body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare what they expect.
  data: any;
}

export type Answer =
  | number
  | { status: number; headers?: Record<string, string>; afterMs?: number }
  | 'never';

/** Starts a receiver of webhooks. `answer` decides what it answers; 204 if omitted. The caller stops it. */
export async function startReceiver(answer: (received: Received, nth: number) => Answer = () => 204) {
  const received: Received[] = [];
  let inFlight = 0;
  let maxInFlight = 0;
  const server = createServer(async (request, response) => {
    inFlight += 1;
    maxInFlight = Math.max(inFlight, maxInFlight);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const message = { path: request.url ?? '', headers: request.headers, body, data: JSON.parse(body).data };
    received.push(message);
    response.on('close', () => {
      inFlight -= 1;
    });
    reply(response, answer(message, received.length));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    /** The places of the received events of an endpoint, which has a path of its own. */
    placesAt: (path = '/') =>
      received.filter((each) => each.path === path).map(({ data }) => Number(data.cursor)),
    maxInFlight: () => maxInFlight,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return;
  const { status, headers = {}, afterMs = 0 } = typeof answer === 'number' ? { status: answer } : answer;
  const write = () => response.writeHead(status, headers).end();
  if (afterMs > 0) setTimeout(write, afterMs);
  else write();
}

/** Destinations that allow everything, for tests of what delivers to them. */
export const anywhere: Destinations = {
  check: (url) => ({ url }),
  open: (url) => ({
    async post({ headers, body }, signal): Promise<Answered> {
      const at = Date.now();
      const start = performance.now();
      const ended = () => ({ at, ms: Math.round(performance.now() - start) });
      try {
        const response = await fetch(url, {
          ...{ method: 'POST', headers: { ...headers }, body, redirect: 'manual' },
          signal: signal ?? null,
        });
        const text = await response.text();
        const retryAfter = response.headers.get('retry-after');
        return {
          attempt: { ...ended(), status: response.status, error: null, body: text },
          retryAfterMs: retryAfter === null ? null : Number(retryAfter) * 1_000,
        };
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        return {
          attempt: { ...ended(), status: null, error: String(error), body: null },
          retryAfterMs: null,
        };
      }
    },
    close: () => {},
  }),
};
