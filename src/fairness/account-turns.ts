import { setImmediate as nextTurn } from 'node:timers/promises';
import { fairQueue } from './fair-queue.ts';

/** Starts work that blocks the event loop for long, at most one piece in each turn of the loop. */
export interface AccountTurns {
  /**
   * Begins a piece of work of an account in a turn of its own. Throws UNAVAILABLE, without having begun, if too much work of the
   * account is already waiting, or if it waits too long.
   */
  begin<Result>(accountId: string, work: () => Promise<Result>): Promise<Result>;
}

const LIMITS = { slots: 1, perAccount: 1, maxWaiting: 500, patienceMs: 5_000 };

/**
 * Lets accounts begin long work in turn, one piece in each turn of the event loop. Other requests are answered in between, so they
 * wait for one such piece and not for all.
 */
export function accountTurns(): AccountTurns {
  const queue = fairQueue(LIMITS);
  return {
    async begin(accountId, work) {
      const { result } = await queue.run(accountId, async () => {
        await nextTurn();
        return { result: work() }; // in an object, the promise is not awaited, so the next piece can begin
      });
      return result;
    },
  };
}
