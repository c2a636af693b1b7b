import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { isReadOnly, refusalOf } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookDeliveries } from '../../database/tables/webhooks.ts';

/** Max deliveries that one statement deletes. */
const PIECE = 1_000;

/** The retention in hours, because a day can have 23. */
const END: SQL = sql`now() - make_interval(hours => ${sql.placeholder('hours')}::int)`;

/**
 * Returns a function that deletes the deliveries whose last attempt is older than `days`, the oldest first and piece by piece, until
 * none is left or its signal is aborted. It returns how many it deleted. Each piece begins where the previous one ended. Each run begins
 * an hour before the end of the previous run, because deleted rows stay in the index until Postgres has vacuumed it. A delivery that
 * a transaction is writing is skipped, so gateways that delete at the same time share the work.
 */
export function forgetDeliveries(db: Database, { days }: { days: number }) {
  const query = statement(sql`
    with forgotten as (
      delete from ${webhookDeliveries} where attempted_at < ${END} and ctid = any(array(
        select ctid from ${webhookDeliveries}
        where attempted_at >= ${sql.placeholder('since')}::timestamptz and attempted_at < ${END}
        order by attempted_at limit ${sql.raw(String(PIECE))} for update skip locked
      )) returning attempted_at
    ) select count(*), max(attempted_at)::text, (max(attempted_at) - interval '1 hour')::text from forgotten`);
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
      const work = () => run({ since, hours: days * 24 });
      const [piece] = await large.queue.run(null, work).catch((error: unknown) => {
        if (isReadOnly(error)) return []; // the gateway of its primary deletes them
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
