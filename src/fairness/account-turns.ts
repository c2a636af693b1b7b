import { setImmediate as nextTurn } from 'node:timers/promises';
import { fairQueue } from './fair-queue.ts';
import { charged, type LoopShare } from './loop-time.ts';

/** Starts work that blocks the event loop for long: at most one piece in each turn of the loop. */
export interface Turns {
  /**
   * Begins a piece of work of an account in a turn of its own. Throws UNAVAILABLE, without having begun, if too much of the
   * account waits already or the wait is too long.
   */
  begin<Result>(accountId: string, work: () => Promise<Result>, loop?: LoopShare): Promise<Result>;
}

const LIMITS = { slots: 1, perAccount: 1, maxWaiting: 500, patienceMs: 5_000 };

/**
 * Lets accounts begin their work in turn, one piece in a turn of the event loop. What else arrives meanwhile is answered in
 * between, so it waits for one such piece and not for all.
 */
export function turns(): Turns {
  const queue = fairQueue(LIMITS);
  return {
    async begin(accountId, work, loop) {
      const { result } = await queue.run(accountId, async () => {
        await nextTurn();
        return { result: charged(loop, work) }; // a promise in an object is not waited for: the next piece may begin
      });
      return result;
    },
  };
}
