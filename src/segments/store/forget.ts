import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { refusalOf, StatementFailed } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { KEPT } from './idempotency-key.ts';

/** Keys that one statement forgets, in some twenty milliseconds. */
const PIECE = 1_000;
/** The SQLSTATE of a database that only reads: another one forgets. */
const READ_ONLY = '25006';

/**
 * Forgets keys that are too old to be asked for again, the oldest first, piece by piece, until none is left or it is told to stop.
 * Gives how many they were. Each piece begins where the last one ended, and each run an hour before that: what was deleted
 * further back may lie there until Postgres has cleared it away. A key that somebody is just writing is skipped, so
 * gateways that forget at once share the work.
 */
export function forgetIdempotencyKeys(db: Database) {
  const query = statement(sql`
    with forgotten as (
      delete from ${idempotencyKeys} where created_at < now() - ${KEPT} and ctid = any(array(
        select ctid from ${idempotencyKeys}
        where created_at >= ${sql.placeholder('since')}::timestamptz and created_at < now() - ${KEPT}
        order by created_at limit ${sql.raw(String(PIECE))} for update skip locked
      )) returning created_at
    ) select count(*), max(created_at)::text, (max(created_at) - interval '1 hour')::text from forgotten`);
  const { large } = db;
  const run = prepare(large, '', query, ([count, last, shortlyBefore]) => ({
    count: Number(count),
    last: String(last),
    shortlyBefore: String(shortlyBefore),
  }));
  let start = '-infinity';

  return async (signal?: AbortSignal): Promise<number> => {
    let total = 0;
    for (let since = start; !signal?.aborted; ) {
      const work = () => run({ since });
      const [piece] = await large.queue.run(null, work).catch((error: unknown) => {
        if (error instanceof StatementFailed && error.state === READ_ONLY) return [];
        throw refusalOf(error, { isWrite: true });
      });
      total += piece?.count ?? 0;
      if (!piece || piece.count === 0) break;
      start = piece.shortlyBefore;
      since = piece.last;
      if (piece.count < PIECE) break;
    }
    return total;
  };
}
