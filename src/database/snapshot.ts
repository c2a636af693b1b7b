import { sql } from 'drizzle-orm';
import { Timeout } from '../errors/refusals.ts';
import type { TransactionLane } from './connect.ts';
import { refusalOf } from './failure.ts';
import { PLANNER } from './planner.ts';
import { beginTransaction, nothing, type Send } from './transaction.ts';

/**
 * Milliseconds that a statement may take, by the server and as the gateway sees it. Without the latter, a database that went away
 * without a word would be awaited until the end of the transaction.
 */
const STATEMENT = { server: 30_000, gateway: 35_000 };

/** Between two statements, it may wait for its reader as long as the gateway allows. If the gateway is gone, the server ends it then. */
const settingsFor = (limitMs: number) => ({
  ...PLANNER,
  statement_timeout: String(STATEMENT.server),
  lock_timeout: '5000',
  idle_in_transaction_session_timeout: String(limitMs),
});

/** Read-only, so that it also works on a standby. */
const BEGIN = sql`begin transaction isolation level repeatable read, read only`;

interface Reading<Item> {
  accountId: string;
  /** Ends the transaction at once. */
  signal: AbortSignal;
  read(send: Send): AsyncGenerator<Item>;
}

/**
 * Yields what is read in a transaction whose statements all see the same state of the database. It lasts as long as the generator,
 * at most `limitMs` of the lane. Throws UNAVAILABLE, TIMEOUT, or what `read` throws.
 */
export async function* inSnapshot<Item>(
  lane: TransactionLane,
  { accountId, signal, read }: Reading<Item>,
): AsyncGenerator<Item> {
  let begun = Number.POSITIVE_INFINITY;
  try {
    const { client, send, close } = await open(lane, accountId);
    begun = performance.now();
    let isRead = false;
    const end = () => void client.end();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      yield* read(async (...statement) => {
        const timer = setTimeout(end, STATEMENT.gateway);
        return await send(...statement).finally(() => clearTimeout(timer));
      });
      await send(sql`commit`, nothing);
      isRead = true;
    } finally {
      signal.removeEventListener('abort', end);
      // Closing the connection ends the transaction at once, even if a statement is running or the database does not answer.
      close(isRead);
    }
  } catch (error) {
    if (performance.now() - begun >= lane.limitMs) throw new Timeout({ cause: error, isWrite: false });
    throw refusalOf(error, { isWrite: false });
  }
}

/** Begins a transaction. It keeps its slot of the lane until it is closed, or its connection is. */
async function open(lane: TransactionLane, accountId: string) {
  const opened = Promise.withResolvers<Awaited<ReturnType<typeof beginTransaction>>>();
  const closed = Promise.withResolvers<boolean>();
  const lost = () => closed.resolve(false);
  const hold = async () => {
    const begun = await beginTransaction(lane, { begin: BEGIN, settings: settingsFor(lane.limitMs) });
    begun.client.once('end', lost);
    opened.resolve(begun);
    const isReusable = await closed.promise;
    begun.client.off('end', lost);
    begun.client.release(!isReusable);
  };
  lane.queue.run(accountId, hold).catch(opened.reject);
  return { ...(await opened.promise), close: closed.resolve };
}
