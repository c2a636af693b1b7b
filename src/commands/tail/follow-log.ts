import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted, pauseAfter } from '../gateway/failure.ts';
import type { ServerSentEvent } from './server-sent-events.ts';
import { openStream } from './stream.ts';

interface Options {
  url: string;
  token: string;
  /** The cursor to begin behind. From now on if omitted. */
  after: string | undefined;
  types: readonly string[];
  /** Ends it. */
  signal: AbortSignal;
  /** Receives what the user should know. */
  tell(message: string): void;
}

/**
 * Yields the events of an account's log, each once and in order. If the stream is interrupted, resumes it after the last event. The
 * pauses between attempts grow until an event arrives. Throws if the gateway refuses the request.
 */
export async function* followLog({ tell, ...options }: Options): AsyncGenerator<ServerSentEvent> {
  const { signal } = options;
  let { after } = options;
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const event of openStream({ ...options, after })) {
        failures = 0;
        if (event.data !== '') yield event;
        after = event.id ?? after;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Interrupted)) throw error;
      const ms = Math.max(pauseAfter(failures), error.pauseMs);
      failures += 1;
      const where = after === undefined ? '' : ` behind ${after}`;
      tell(`${error.message} Resuming${where} in ${Math.ceil(ms / 1000)} s.`);
      await sleep(ms, undefined, { signal }).catch(() => {});
    }
  }
}
