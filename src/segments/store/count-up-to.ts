import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { segments } from '../../database/tables/segments.ts';

/** Rows that one statement counts, which took about 10 ms (2026-11-25). */
const PIECE = 50_000;

/**
 * Counts the segments of an account, piece by piece along the primary key, until `enough` is reached. So no account is too large
 * for the time limit of a statement. Throws UNAVAILABLE.
 */
export function countSegmentsUpTo(db: Database) {
  const query = statement(sql`
    select count(*), max(id) from (
      select id from ${segments}
      where account_id = ${sql.placeholder('account_id')} and id > ${sql.placeholder('after')}
      order by id limit ${sql.raw(String(PIECE))}
    ) as piece`);
  const run = prepare(db.scan, 'count_segments_up_to', query, ([count, last]) => ({
    count: Number(count),
    last: String(last),
  }));

  return async (accountId: string, enough: number): Promise<number> => {
    let total = 0;
    for (let after = ''; total < enough; ) {
      const [piece] = await db.scan.queue
        .run(accountId, () => run({ account_id: accountId, after }))
        .catch((error: unknown) => {
          throw refusalOf(error, { isWrite: false });
        });
      total += piece?.count ?? 0;
      if (!piece || piece.count < PIECE) break;
      after = piece.last;
    }
    return total;
  };
}
