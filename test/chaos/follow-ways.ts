import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Logged } from '../events/log-flaws.ts';
import { sseOf } from '../events/sse.ts';
import { authorization } from '../process/gateway-process.ts';
import { loggedOf, type RestEvent } from './event-ledger.ts';

/** A connection that follows the log of an account. */
interface Connection {
  /** The gateway to connect to. */
  url: string;
  /** The cursor of the last event that was seen. */
  after: string;
  /** Called for each event, in the order in which they arrive. */
  onEvent(event: Logged): void;
  /** Cuts the connection. */
  signal: AbortSignal;
}

/** Follows the log until the connection ends. Rejects if it was refused or cut. */
type Follow = (connection: Connection) => Promise<void>;

const GRAPHQL = `subscription ($after: String!) {
  segmentEvents(after: $after) { cursor type segmentId version requestId } }`;

interface Result {
  data?: { segmentEvents: Omit<Logged, 'n'> & { cursor: string } } | null;
  errors?: unknown;
}

function eventOf({ data, errors }: Result): Logged {
  if (!data) throw new Error(JSON.stringify(errors));
  const { cursor, ...event } = data.segmentEvents;
  return { n: Number(cursor), ...event };
}

function fromRest(event: RestEvent): Logged {
  const { criteria: _, ...logged } = loggedOf(event);
  return logged;
}

async function opened(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, headers: { ...authorization, ...init.headers } });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

/** Reads page after page over REST, and waits for events. */
const overRestPages: Follow = async ({ url, after, onEvent, signal }) => {
  for (let next = after; ; ) {
    const response = await opened(`${url}/v1/events?limit=20&wait=5&after=${next}`, { signal });
    const page = (await response.json()) as { data: RestEvent[]; next: string };
    page.data.map(fromRest).forEach(onEvent);
    next = page.next;
  }
};

/** Streams over REST. */
const overRestStream: Follow = async ({ url, after, onEvent, signal }) => {
  const headers = { accept: 'text/event-stream', 'last-event-id': after };
  for await (const fields of sseOf(await opened(`${url}/v1/events`, { headers, signal }))) {
    const data = fields.get('data');
    if (fields.get('event') === 'error') throw new Error(data);
    if (data !== undefined) onEvent(fromRest(JSON.parse(data)));
  }
};

/** Subscribes over Server-Sent Events. */
const overGraphqlSse: Follow = async ({ url, after, onEvent, signal }) => {
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
  const body = JSON.stringify({ query: GRAPHQL, variables: { after } });
  const response = await opened(`${url}/graphql`, { method: 'POST', headers, body, signal });
  for await (const fields of sseOf(response)) {
    if (fields.get('event') === 'next') onEvent(eventOf(JSON.parse(fields.get('data') ?? '')));
  }
};

/** Subscribes over a WebSocket. */
const overWebSocket: Follow = ({ url, after, onEvent, signal }) => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol);
        this.on('error', () => {}); // it may be cut before it is open
        signal.addEventListener('abort', () => this.terminate());
      }
    },
    connectionParams: authorization,
    retryAttempts: 0,
  });
  const ended = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    client.subscribe<NonNullable<Result['data']>>(
      { query: GRAPHQL, variables: { after } },
      {
        next: ({ data }) => onEvent(eventOf({ data: data ?? null })),
        error: (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
        complete: resolve,
      },
    );
  });
  return ended.finally(() => client.dispose());
};

/** All ways to follow the log, by name. */
export const WAYS: Record<string, Follow> = {
  'REST pages': overRestPages,
  'a REST stream': overRestStream,
  'GraphQL over SSE': overGraphqlSse,
  'GraphQL over WebSocket': overWebSocket,
};
