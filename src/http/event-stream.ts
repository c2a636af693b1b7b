import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { charged } from '../fairness/loop-time.ts';
import type { Exchange } from './exchange.ts';

/** How often a comment is sent, so that no proxy takes the connection for idle and a dead one is noticed. */
const HEARTBEAT_MS = 12_000;
const HEARTBEAT = ':\n\n';

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
  /** Called once, as soon as the caller has left or the messages have ended. The messages have to end then. */
  onEnd(): void;
}

/**
 * Answers with Server-Sent Events, until the messages end or the caller leaves. Each message is the text of one or more events.
 * Asks for the next message only once the socket has taken the ones before it, so a slow reader costs no memory. The request
 * gives up its place: a stream is not work in flight. Rejects if the messages do.
 */
export async function respondWithEvents(
  { request, response, requestId, headers: others, loop, place }: Exchange,
  messages: AsyncIterable<string>,
  { headers, opening = '', onEnd }: Options,
): Promise<void> {
  place?.leave();
  response.once('close', onEnd);
  request.socket.setKeepAlive(true, HEARTBEAT_MS);
  response.writeHead(200, { 'x-request-id': requestId, ...others, ...headers, ...HEADERS });
  if (request.method === 'HEAD') return void response.end();
  response.write(opening || HEARTBEAT); // sends the headers at once: a client waits for them
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(HEARTBEAT);
  }, HEARTBEAT_MS).unref();
  try {
    for await (const message of messages) {
      if (response.destroyed) return;
      const isTaken = charged(loop, () => response.write(message));
      loop?.chargeAnswer(message.length);
      if (!isTaken) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** Writes an event. Data in JSON has no line breaks, which would end it. */
export function eventText({ id, event, data }: { id?: string; event?: string; data: string }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}
