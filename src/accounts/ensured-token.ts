import { reasonToWait } from '../database/failure.ts';
import type { Observe } from '../observation.ts';

const PAUSE_MS = 5_000;

interface Options {
  /** Receives once why the token is not valid yet, and the faults of later tries. */
  observe: Observe;
  pauseMs?: number;
}

/**
 * Makes a token valid by calling `ensure`. If the database cannot be written for now (it is full or read-only), tries again
 * until it succeeds. Meanwhile, the gateway can start and serve reads with other tokens. Returns a function that stops trying.
 * Throws if the first try fails for a reason that will not pass by itself.
 */
export async function ensuredToken(
  ensure: () => Promise<void>,
  { observe, pauseMs = PAUSE_MS }: Options,
): Promise<() => void> {
  const reason = await refusalOf(ensure);
  if (reason === undefined) return () => {};
  observe({ kind: 'api_token_awaited', reason });
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const isValid = () =>
    refusalOf(ensure).then(
      (reason) => reason === undefined,
      (error: unknown) => {
        if (!isStopped) observe({ kind: 'fault', error });
        return false;
      },
    );
  const retryLater = () => {
    timer = setTimeout(async () => {
      if (!(await isValid()) && !isStopped) retryLater();
    }, pauseMs).unref();
  };
  retryLater();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

async function refusalOf(ensure: () => Promise<void>): Promise<string | undefined> {
  try {
    await ensure();
    return undefined;
  } catch (error) {
    const reason = reasonToWait(error instanceof Error && error.cause ? error.cause : error); // Drizzle wraps it
    if (reason === undefined) throw error;
    return reason;
  }
}
