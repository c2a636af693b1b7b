import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from '../load/generator.ts';
import { type Arrivals, watchArrivals } from './arrivals.ts';

/** Streams of events that one client has open. */
export interface Streams {
  arrivals: Arrivals;
  /** Waits until every stream has so many events, or until nothing has arrived for 15 seconds. */
  settled(events: number): Promise<void>;
  close(): void;
}

const STALLED_MS = 15_000;

/** Opens a stream for each request, on a connection of its own, and watches them for so many events. */
export async function openStreams(url: string, asked: readonly Asked[], events = 0): Promise<Streams> {
  const arrivals = watchArrivals(events);
  const requests: ClientRequest[] = [];
  for (const each of asked) {
    const { sent, response } = await openStream(url, each);
    requests.push(sent);
    response.on('data', arrivals.reader());
  }
  return {
    arrivals,
    async settled(events) {
      const expected = events * requests.length;
      let seen = -1;
      let since = performance.now();
      while (arrivals.total() < expected && performance.now() - since < STALLED_MS) {
        if (arrivals.total() !== seen) since = performance.now();
        seen = arrivals.total();
        await sleep(20);
      }
    },
    close() {
      for (const each of requests) each.destroy();
    },
  };
}

/** Opens one stream, and resolves when its response begins. */
export async function openStream(
  url: string,
  { method, path, headers, body }: Asked,
): Promise<{ sent: ClientRequest; response: IncomingMessage }> {
  const sent = request(url + path, { method, headers, agent: false });
  sent.on('error', () => {});
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response?.statusCode !== 200) throw new Error(`A stream was answered ${response?.statusCode}.`);
  response.on('error', () => {});
  return { sent, response };
}
