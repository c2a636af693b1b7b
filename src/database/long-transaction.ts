import { sql } from 'drizzle-orm';
import { Unavailable } from '../errors/refusals.ts';
import type { Lane } from './connect.ts';
import { refusalOf } from './failure.ts';
import { beginTransaction, nothing, type Send } from './transaction.ts';

/**
 * The limits of a long transaction in milliseconds, and how its statements are planned. It compares whole memberships, so a join by
 * hash is right, and a range of an index that is read completely may be sorted.
 */
const SETTINGS = {
  statement_timeout: '120000',
  lock_timeout: '5000',
  idle_in_transaction_session_timeout: '10000',
  work_mem: '64MB',
  enable_seqscan: 'off',
  enable_hashjoin: 'on',
  enable_sort: 'on',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
};

/**
 * Does work of an account in a transaction that can take longer than statements may, and commits it. If the work throws, nothing is
 * changed. Throws UNAVAILABLE, TIMEOUT, or what the work throws. Only a failed commit has an unknown outcome.
 */
export function inLongTransaction<Result>(
  lane: Lane,
  accountId: string,
  work: (send: Send) => Promise<Result>,
): Promise<Result> {
  return lane.queue.run(accountId, async () => {
    let isCommitting = false;
    let failure: unknown;
    const begun = beginTransaction(lane, { begin: sql`begin`, settings: SETTINGS });
    const { client, send } = await begun.catch((error: unknown) => {
      throw refusedBefore(error);
    });
    try {
      const result = await work(send);
      isCommitting = true;
      await send(sql`commit`, nothing);
      return result;
    } catch (error) {
      await client.query('rollback').catch((cause: unknown) => {
        failure = cause;
      });
      throw isCommitting ? refusalOf(error, { isWrite: true }) : refusedBefore(error);
    } finally {
      client.release(failure instanceof Error ? failure : undefined);
    }
  });
}

/** Before the commit, nothing is applied, whatever became of the connection. */
function refusedBefore(error: unknown): Error {
  const refusal = refusalOf(error, { isWrite: true });
  if (!(refusal instanceof Unavailable) || refusal.outcome !== 'unknown') return refusal;
  return new Unavailable('not_applied', { cause: refusal.cause });
}
