import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { RestEvent } from './event-ledger.ts';

/** How a receiver behaves: `lying` accepts a message and then behaves as if it had not. */
export type Mood = 'well' | 'slow' | 'resetting' | 'lying' | 'failing' | 'stopped';

/** A message that a receiver accepted. */
interface Accepted {
  id: string;
  event: RestEvent;
  /** Whether the receiver acknowledged it, so that it must not be sent again unless a gateway was killed. */
  isAcknowledged: boolean;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const SLOW_MS = 300;

/** Starts a receiver of webhooks that verifies each message with the official library. */
export async function startReceiver() {
  const accepted: Accepted[] = [];
  let verify = (_body: string, _headers: Record<string, string>) => {};
  let mood: Mood = 'well';

  const accept = async (request: IncomingMessage, isAcknowledged: boolean) => {
    const body = await textOf(request);
    const headers = request.headers as Record<string, string>;
    verify(body, headers);
    const { data } = JSON.parse(body) as { data: RestEvent };
    accepted.push({ id: headers['webhook-id'] ?? '', event: data, isAcknowledged });
  };

  const answer: Record<Mood, (request: IncomingMessage, response: ServerResponse) => Promise<unknown>> = {
    async well(request, response) {
      await accept(request, true);
      response.writeHead(204).end();
    },
    async slow(request, response) {
      await sleep(SLOW_MS);
      await answer.well(request, response);
    },
    async lying(request) {
      await accept(request, false);
      request.socket.resetAndDestroy();
    },
    resetting: async ({ socket }) => socket.resetAndDestroy(),
    stopped: async ({ socket }) => socket.resetAndDestroy(),
    failing: async (_, response) => response.writeHead(503, { 'retry-after': '1' }).end(),
  };

  const server = createServer((request, response) => {
    answer[mood](request, response).catch(() => response.writeHead(400).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/hook`,
    accepted,
    isWell: () => mood === 'well',
    /** Verifies messages with this secret from now on. */
    trust(secret: string) {
      const webhook = new Webhook(secret);
      verify = (body, headers) => void webhook.verify(body, headers);
    },
    /** Behaves badly for a while. */
    async be(bad: Mood, milliseconds: number) {
      mood = bad;
      if (bad === 'stopped') {
        server.close();
        server.closeAllConnections();
      }
      await sleep(milliseconds);
      if (bad === 'stopped') {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      }
      mood = 'well';
    },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text;
}
