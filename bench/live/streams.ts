import { once } from 'node:events';
import { type ClientRequest, get } from 'node:http';

/** Streams of events that one client has open. */
export interface Streams {
  /** Waits until every stream has received so many events, or fails after a minute. */
  received(events: number): Promise<void>;
  /** When each event arrived at each stream, by the name of its segment, in milliseconds since the client began. */
  arrivals: Map<string, number[]>;
  close(): void;
}

/** Opens streams of events over REST, one connection each. */
export async function openStreams(url: string, tokens: readonly string[]): Promise<Streams> {
  const arrivals = new Map<string, number[]>();
  const counts = tokens.map(() => 0);
  const requests: ClientRequest[] = [];
  for (const [i, token] of tokens.entries()) {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const request = get(`${url}/v1/events`, { headers, agent: false });
    request.on('error', () => {});
    requests.push(request);
    const [response] = await once(request, 'response');
    if (response.statusCode !== 200) throw new Error(`A stream was answered ${response.statusCode}.`);
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const now = performance.now();
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue;
        counts[i] = (counts[i] ?? 0) + 1;
        const { name } = JSON.parse(line.slice('data: '.length)).segment;
        arrivals.set(name, [...(arrivals.get(name) ?? []), now]);
      }
    });
    response.on('error', () => {});
  }
  return {
    arrivals,
    async received(events) {
      const end = performance.now() + 60_000;
      while (counts.some((count) => count < events)) {
        if (performance.now() > end)
          throw new Error(`Some streams have ${Math.min(...counts)} of ${events} events.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close() {
      for (const request of requests) request.destroy();
    },
  };
}
