import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from './connect.ts';
import { isReadOnly, refusalOf } from './failure.ts';
import { prepare, statement } from './statement.ts';

/** Max rows that one statement deletes, which takes about 20 ms. */
const PIECE = 1_000;

/**
 * Returns a function that deletes the rows of a table whose moment `at` is before `end`, the oldest first and piece by piece, until none
 * is left or its signal is aborted. It returns how many it deleted. Each piece begins where the previous one ended. Each run begins an
 * hour before the end of the previous run, because deleted rows stay in the index until Postgres has vacuumed it. A row that a
 * transaction is writing is skipped, so gateways that delete at the same time share the work. A read-only database is left alone.
 */
export function deleteOld(
  db: Database,
  { at, end }: { at: AnyPgColumn; end: SQL },
): (signal?: AbortSignal) => Promise<number> {
  const { table } = at;
  const moment = sql.identifier(at.name);
  const query = statement(sql`
    with deleted as (
      delete from ${table} where ${moment} < ${end} and ctid = any(array(
        select ctid from ${table}
        where ${moment} >= ${sql.placeholder('since')}::timestamptz and ${moment} < ${end}
        order by ${moment} limit ${sql.raw(String(PIECE))} for update skip locked
      )) returning ${moment} as moment
    ) select count(*), max(moment)::text, (max(moment) - interval '1 hour')::text from deleted`);
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
