import type { OutgoingHttpHeaders } from 'node:http';
import { charged } from '../fairness/loop-time.ts';
import { untilDrained } from './drained.ts';
import { type Exchange, onceClosed } from './exchange.ts';

/** How often something is sent, so that no proxy takes the connection for idle and a dead one is noticed. */
const HEARTBEAT_MS = 12_000;
const COMMENT = ':\n\n';

/** Nothing may keep or gather a stream on its way; `x-accel-buffering` says so to nginx. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

interface Options {
  headers?: OutgoingHttpHeaders;
  /** Sent before the first message, such as `retry: 1000\n\n`. */
  opening?: string;
  /** Returns what is sent as a sign of life. A comment if omitted. */
  heartbeat?(): string;
  /** Milliseconds between two signs of life. */
  heartbeatMs?: number | undefined;
  /** Aborts when the messages are to end. A reader that has not taken the ones before it is then cut off, and not waited for. */
  signal?: AbortSignal | undefined;
  /** Called once, as soon as the caller has left or the messages have ended. The messages have to end then. */
  onEnd(): void;
}

/**
 * Answers with Server-Sent Events, until the messages end or the caller leaves. Each message is the text of one or more events.
 * Asks for the next message only once the socket has taken the ones before it, so a slow reader costs no memory. The request
 * gives up its place: a stream is not work in flight. Rejects if the messages do.
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
  onceClosed(response, onEnd);
  request.socket.setKeepAlive(true, HEARTBEAT_MS);
  response.writeHead(200, { 'x-request-id': requestId, ...others, ...headers, ...HEADERS });
  if (request.method === 'HEAD') return void response.end();
  response.write(opening); // sends the headers at once: a client waits for them
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

/** Writes an event. Data in JSON has no line breaks, which would end it. */
export function eventText({ id, event, data }: { id?: string; event?: string; data: string }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}
