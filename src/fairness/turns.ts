import { setImmediate as nextTurn } from 'node:timers/promises';
import { fairQueue } from './fair-queue.ts';
import { charged, type LoopShare } from './loop-time.ts';

/** Starts long work that blocks the event loop, at most one piece in each turn of the loop. */
export interface Turns {
  /**
   * Begins a piece of work of an account in a turn of its own. Throws UNAVAILABLE, without beginning the work, if too much of the
   * account is already waiting or the wait is too long.
   */
  begin<Result>(accountId: string, work: () => Promise<Result>, loop?: LoopShare): Promise<Result>;
}

const LIMITS = { slots: 1, perAccount: 1, maxWaiting: 500, patienceMs: 5_000 };

/**
 * Begins the work of the accounts alternately, one piece per turn of the event loop. Other requests are answered in between, so they
 * wait for one piece and not for all of them.
 */
export function turns(): Turns {
  const queue = fairQueue(LIMITS);
  return {
    async begin(accountId, work, loop) {
      const { result } = await queue.run(accountId, async () => {
        await nextTurn();
        return { result: charged(loop, work) }; // in an object, the promise is not awaited, so the next piece can begin
      });
      return result;
    },
  };
}
