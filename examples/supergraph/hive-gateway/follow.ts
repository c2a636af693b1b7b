import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';

/** An event of the log, as far as it is selected here. */
export interface SegmentEvent {
  cursor: string;
  type: string;
  segmentId: string;
  segment: { name: string } | null;
}

interface Options {
  url: string;
  headers: Record<string, string>;
  /** The cursor of the last event that was processed. */
  after: string;
  /** Ends the stream. */
  signal?: AbortSignal;
  retryMs?: number;
}

const SUBSCRIPTION = `subscription Follow($after: String) {
  segmentEvents(after: $after) { cursor type segmentId segment { name } }
}`;

/** Codes that would be the same after another attempt. */
const FINAL = [
  'CURSOR_EXPIRED',
  'FORBIDDEN',
  'GRAPHQL_VALIDATION_FAILED',
  'INVALID_INPUT',
  'UNAUTHENTICATED',
];

/**
 * Follows the log through a router, and resumes whenever the stream ends. Yields each event after the cursor once. Throws
 * if the subscription is refused.
 */
export async function* follow({
  url,
  headers,
  after,
  signal,
  retryMs = 1_000,
}: Options): AsyncGenerator<SegmentEvent> {
  let last = after;
  while (!signal?.aborted) {
    const client = createClient({ url, headers, retryAttempts: 0 });
    signal?.addEventListener('abort', client.dispose, { once: true });
    const query = { query: SUBSCRIPTION, variables: { after: last } };
    try {
      for await (const { data, errors = [] } of client.iterate<{ segmentEvents: SegmentEvent }>(query)) {
        const refusal = errors.find(({ extensions }) => FINAL.includes(String(extensions?.code)));
        if (refusal) throw new Refused(refusal.message, { cause: refusal });
        const event = data?.segmentEvents;
        // If a router reconnects to the subgraph, it subscribes with the same cursor again.
        if (!event || Number(event.cursor) <= Number(last)) continue;
        last = event.cursor;
        yield event;
      }
    } catch (error) {
      if (error instanceof Refused) throw error; // otherwise the connection was lost
    } finally {
      signal?.removeEventListener('abort', client.dispose);
      client.dispose();
    }
    await sleep(retryMs);
  }
}

class Refused extends Error {}
