import { setTimeout as sleep } from 'node:timers/promises';
import { reasonToWait } from '../database/failure.ts';
import type { Observe } from '../observation.ts';

const PAUSE_MS = 5_000;
/** How long the start waits for a database that does not answer, and the pause between tries. */
const PATIENCE_MS = 10_000;
const SHORT_PAUSE_MS = 100;
/** SQLSTATEs of a read-only server and of a full disk, which last too long for a start to wait. */
const LASTING = new Set(['25006', '53100']);

interface Options {
  /** Receives once why the token is not valid yet, and the faults of later tries. */
  observe: Observe;
  pauseMs?: number;
  patienceMs?: number;
}

/**
 * Makes a token valid by calling `ensure` until it succeeds. The start waits up to ten seconds for a database that
 * does not answer. It does not wait for a database that is full or read-only: the gateway can serve reads with other tokens meanwhile.
 * Returns a function that ends the attempts. Throws if the first attempt fails for a reason that another attempt cannot change.
 */
export async function ensuredToken(
  ensure: () => Promise<void>,
  { observe, pauseMs = PAUSE_MS, patienceMs = PATIENCE_MS }: Options,
): Promise<() => void> {
  const start = performance.now();
  let reason = await refusalOf(ensure);
  while (reason !== undefined && !LASTING.has(reason) && performance.now() - start < patienceMs) {
    await sleep(SHORT_PAUSE_MS);
    reason = await refusalOf(ensure);
  }
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
