import type { OutgoingHttpHeaders } from 'node:http';
import { charged } from '../fairness/loop-time.ts';
import { untilDrained } from './drained.ts';
import { type Exchange, onceClosed } from './exchange.ts';

/** How often something is sent, so that proxies do not close the connection as idle and dead connections are detected. */
const HEARTBEAT_MS = 12_000;
const COMMENT = ':\n\n';

/** A stream must not be cached or buffered on its way. `x-accel-buffering` prevents buffering in nginx. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

interface Options {
  headers?: OutgoingHttpHeaders;
  /** Sent before the first message, such as `retry: 1000\n\n`. */
  opening?: string;
  /** Returns the text of a heartbeat. A comment if omitted. */
  heartbeat?(): string;
  /** Milliseconds between two heartbeats. */
  heartbeatMs?: number | undefined;
  /** Aborts when the messages must end. The connection of a reader that has not read the previous messages is then closed. */
  signal?: AbortSignal | undefined;
  /** Called once when the caller has closed the connection or the messages have ended. It must end the messages. */
  onEnd(): void;
}

/**
 * Answers with Server-Sent Events until the messages end or the caller closes the connection. Each message is the text of one or more
 * events. The next message is requested only when the socket has accepted the previous ones, so a slow reader uses no memory. The
 * request gives up its place, because a stream does not count as a request in flight. Rejects if the messages reject.
 */
export async function respondWithEvents(
  exchange: Exchange,
  messages: AsyncIterable<string>,
  options: Options,
): Promise<void> {
  const { request, response, requestId, headers: others, loop, place } = exchange;
  const { headers, opening = COMMENT, heartbeat = () => COMMENT, heartbeatMs = HEARTBEAT_MS } = options;
  const { signal, onEnd } = options;
  exchange.isStream = true;
  place?.leave();
  exchange.span?.end({ operation: exchange.operation, status: 200 }); // otherwise it would be sent hours later
  onceClosed(response, onEnd);
  request.socket.setKeepAlive(true, HEARTBEAT_MS);
  response.writeHead(200, { 'x-request-id': requestId, ...others, ...headers, ...HEADERS });
  if (request.method === 'HEAD') return void response.end();
  response.write(opening); // sends the headers immediately, because clients wait for them
  const timer = setInterval(() => {
    if (!response.writableNeedDrain && !response.destroyed) response.write(heartbeat());
  }, heartbeatMs).unref();
  try {
    for await (const message of messages) {
      if (response.destroyed) return;
      const isTaken = charged(loop, () => response.write(message));
      loop?.chargeAnswer(message.length);
      if (!isTaken) await untilDrained(response, signal);
    }
  } finally {
    clearInterval(timer);
    if (response.writableNeedDrain && signal?.aborted) response.destroy();
    else response.end();
  }
}

/** Formats an event. The data must have no line breaks, as in JSON. */
export function eventText({ id, event, data }: { id?: string; event?: string; data: string }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}
