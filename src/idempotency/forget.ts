import { sql } from 'drizzle-orm';
import type { Database } from '../database/connect.ts';
import { isReadOnly, refusalOf } from '../database/failure.ts';
import { prepare, statement } from '../database/statement.ts';
import { idempotencyKeys } from '../database/tables/idempotency.ts';
import { KEPT } from './key.ts';

/** Max keys that one statement deletes, which takes about 20 ms. */
const PIECE = 1_000;

/**
 * Returns a function that deletes expired keys, the oldest first and piece by piece, until none is left or its signal is aborted.
 * It returns how many it deleted. Each piece begins where the previous one ended. Each run begins an hour before the end of
 * the previous run, because deleted rows stay in the index until Postgres has vacuumed it. A key that a transaction is
 * writing is skipped, so gateways that delete keys at the same time share the work.
 */
export function forgetIdempotencyKeys(db: Database): (signal?: AbortSignal) => Promise<number> {
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

  return async (signal) => {
    let total = 0;
    for (let since = start; !signal?.aborted; ) {
      const work = () => run({ since });
      const [piece] = await large.queue.run(null, work).catch((error: unknown) => {
        if (isReadOnly(error)) return []; // the gateway of its primary deletes the keys
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
