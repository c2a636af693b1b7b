import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted, pauseAfter } from './failure.ts';

interface Options {
  /** Max attempts in a row that get no further than the ones before. */
  max: number;
  /** How far the work has got. */
  reached?: () => number;
  /** Receives what the user should know. */
  tell(message: string): void;
  /** Ends the pauses. */
  signal: AbortSignal;
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Repeats `attempt` while it throws Interrupted. The pauses grow until an attempt gets further. Throws what the last attempt threw, or
 * an AbortError after the signal.
 */
export async function persist<Result>(
  attempt: () => Promise<Result>,
  { max, reached = () => 0, tell, signal, pause = pauseFor }: Options,
): Promise<Result> {
  let best = 0;
  for (let failures = 0; ; ) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      failures = reached() > best ? 1 : failures + 1;
      best = Math.max(best, reached());
      if (failures >= max) throw error;
      const ms = Math.max(pauseAfter(failures - 1), error.pauseMs);
      tell(`${error.message} Trying again in ${Math.ceil(ms / 1000)} s.`);
      await pause(ms, signal);
    }
  }
}

const pauseFor = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
