import { reasonToWait } from '../database/failure.ts';
import type { Observe } from '../observation.ts';

const PAUSE_MS = 5_000;

interface Options {
  /** Told once why the token is not valid yet, and at each later try what else is wrong. */
  observe: Observe;
  pauseMs?: number;
}

/**
 * Makes a token valid. If the database cannot be written for now (it is full, or read-only), it is tried again until it
 * works: meanwhile, the gateway can start and serve reads by other tokens. Returns the way to stop trying. Throws a failure
 * of the first try that will not pass by itself.
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
  const tryLater = () => {
    timer = setTimeout(async () => {
      if (!(await isValid()) && !isStopped) tryLater();
    }, pauseMs).unref();
  };
  tryLater();
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
