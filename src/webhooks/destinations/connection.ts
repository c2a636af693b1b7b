import type { Answered, Connection, Message } from '../destinations.ts';
import { agentFor } from './agent.ts';
import { exchange, type Reply, type Target } from './exchange.ts';
import { SendFailure, StaleConnection, sentenceOf } from './failures.ts';
import type { Lookup } from './lookup.ts';
import { retryAfterMs } from './retry-after.ts';

interface Options {
  userAgent: string;
  timeoutMs: number;
  bodyMs: number;
  lookup: Lookup;
  ca: string | undefined;
}

/** Returns the connection to a receiver. It is opened by the first message, and again by a message that comes after a long pause. */
export function connectionTo(url: URL, { userAgent, timeoutMs, bodyMs, lookup, ca }: Options): Connection {
  const closing = new AbortController();
  const target: Target = { url, agent: agentFor(url, { lookup, ca, signal: closing.signal }), bodyMs };
  return {
    async post({ headers, body }, signal) {
      signal?.throwIfAborted();
      const at = Date.now();
      const began = performance.now();
      const took = () => Math.round(performance.now() - began);
      const limit = limited(timeoutMs, signal);
      try {
        const reply = await exchangeAgain(
          target,
          { headers: { ...headers, 'user-agent': userAgent }, body },
          limit.signal,
        );
        return answeredWith(reply, { at, ms: took() });
      } catch (error) {
        signal?.throwIfAborted();
        const attempt = { at, ms: took(), status: null, error: sentenceOf(error), body: null };
        return { attempt, retryAfterMs: null };
      } finally {
        limit.end();
      }
    },
    close() {
      closing.abort(new SendFailure('The connection was closed by the gateway.'));
      target.agent.destroy();
    },
  };
}

/** Sends a message once more, on a new connection, if the receiver had closed the one that waited. */
async function exchangeAgain(target: Target, message: Message, signal: AbortSignal): Promise<Reply> {
  try {
    return await exchange(target, message, signal);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return await exchange(target, message, signal);
  }
}

const answeredWith = (
  { status, body, retryAfter }: Reply,
  { at, ms }: { at: number; ms: number },
): Answered => ({
  attempt: { at, ms, status, error: null, body },
  retryAfterMs: retryAfterMs(retryAfter, Date.now()),
});

/** A signal that aborts with another one, or after a time. `end` lets go of both. */
function limited(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const tooLate = () => controller.abort(new SendFailure(`There was no answer within ${ms / 1000} s.`));
  const timer = setTimeout(tooLate, ms);
  const forward = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', forward);
    },
  };
}
