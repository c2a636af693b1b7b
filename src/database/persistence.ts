import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../errors/refusals.ts';

/** How long something is tried again while the database is unavailable or busy, and how long each pause is. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;

/**
 * Does something that can be done twice until it succeeds. After an error that may pass, tries again until ten seconds, or `patienceMs`, have passed.
 * Throws the last error.
 */
export async function persistently<Result>(
  attempt: () => Promise<Result>,
  mayPass = (error: unknown): boolean => error instanceof Unavailable,
  patienceMs = PATIENCE_MS,
): Promise<Result> {
  const latest = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || performance.now() > latest) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
