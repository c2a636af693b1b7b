import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message that a receiver got. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The event in the body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare what they expect.
  data: any;
}

export type Answer = number | { status: number; headers?: Record<string, string> } | 'never';

/** Starts a receiver of webhooks. `answer` decides what it answers, and when; 204 if omitted. The caller stops it. */
export async function startReceiver(
  answer: (received: Received, nth: number) => Answer | Promise<Answer> = () => 204,
) {
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
    reply(response, await answer(message, received.length));
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
  const { status, headers = {} } = typeof answer === 'number' ? { status: answer } : answer;
  response.writeHead(status, headers).end();
}
