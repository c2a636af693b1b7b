import { type Agent, type ClientRequest, type IncomingMessage, request as openHttp } from 'node:http';
import { request as openHttps, type RequestOptions } from 'node:https';
import type { Message } from '../destinations.ts';
import { bodyOf } from './body.ts';
import { SendFailure, StaleConnection } from './failures.ts';

/** The receiver, and the agent that has the only connection to it. */
export interface Target {
  url: URL;
  agent: Agent;
  /** How long the body of an answer is waited for once the status is known. */
  bodyMs: number;
}

/** What came back. */
export interface Reply {
  status: number;
  body: string;
  retryAfter: string | undefined;
}

const MAX_HEADER_BYTES = 16 * 1024;
/** Max answers with a status below 200 before the real one. */
const MAX_INFORMATIONAL = 10;

/**
 * Sends a message once and returns the answer, as far as it arrives. Redirects are answers like others. Throws the reason of the signal,
 * SendFailure, StaleConnection, or an error of the network.
 */
export async function exchange(
  target: Target,
  { headers, body }: Message,
  signal: AbortSignal,
): Promise<Reply> {
  signal.throwIfAborted(); // a listener that is added later is not called
  const { url, agent, bodyMs } = target;
  const payload = Buffer.from(body);
  const open: (url: URL, options: RequestOptions) => ClientRequest =
    url.protocol === 'https:' ? openHttps : openHttp;
  const request = open(url, {
    ...{ method: 'POST', agent, insecureHTTPParser: false, maxHeaderSize: MAX_HEADER_BYTES },
    headers: { ...headers, 'content-length': payload.length, 'accept-encoding': 'identity' },
  });
  const cut = () => request.destroy(signal.reason);
  signal.addEventListener('abort', cut, { once: true });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      let informational = 0;
      request.on('information', () => {
        informational += 1;
        if (informational > MAX_INFORMATIONAL) request.destroy(new SendFailure('The answer does not begin.'));
      });
      request.on('upgrade', (refused, socket) => {
        socket.destroy();
        refused.destroy();
        resolve(refused);
      });
      request.on('response', resolve);
      request.on('error', (error) => {
        const isStale = request.reusedSocket && informational === 0 && RESET.has(Object(error).code);
        reject(isStale ? new StaleConnection('stale', { cause: error }) : error);
      });
      request.end(payload);
    });
    const { statusCode = 0, headers: answered } = response;
    const text = await bodyOf(response, bodyMs);
    if (!request.writableFinished) request.destroy(); // the rest of the message would block the connection
    return { status: statusCode, body: text, retryAfter: answered['retry-after'] };
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** How a receiver that was waiting closes a connection just as the next message is sent. */
const RESET = new Set(['ECONNRESET', 'EPIPE']);
