import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { pieces } from '../../database/pieces.ts';
import { accountOf, rowOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { erasingKey, events } from '../../database/tables/events.ts';

/** The deletion of a segment, and how far the contents of the segment's events were erased. */
interface Deletion {
  accountId: string;
  segmentId: string;
  n: number;
  erasedTo: number;
}

/** Max deletions that one statement works on, and max events that it reads for all of them together. */
const PAGE = 100;
const PIECE = 500;

/**
 * Returns a function that erases the contents of the events of deleted segments, piece by piece, until none is left or its signal is
 * aborted. It returns the number of erased events. Gateways that erase at the same time share the work, because each skips rows that
 * another has locked.
 */
export function eraseContents(db: Database): (signal?: AbortSignal) => Promise<number> {
  const find = pieces(db, deletionsQuery, PAGE, ([accountId, segmentId, n]) => ({
    accountId: String(accountId),
    segmentId: String(segmentId),
    n: Number(n),
    erasedTo: 0,
  }));
  const wanted = unnest<Deletion>(
    'wanted',
    {
      account_id: { type: 'text', of: accountOf },
      segment_id: { type: 'text', of: ({ segmentId }) => segmentId },
      place: { type: 'bigint', of: ({ n }) => n },
      erased_to: { type: 'bigint', of: ({ erasedTo }) => erasedTo },
    },
    { numbered: true },
  );
  const erase = pieces(db, eraseQuery(wanted.table), PIECE, ([call, count, next]) => ({
    call: Number(call),
    count: Number(count),
    next: next === null ? null : Number(next),
  }));

  const run = async (signal?: AbortSignal): Promise<number> => {
    let total = 0;
    for (let after = ''; !signal?.aborted; ) {
      const found = await find({ after });
      let left: Deletion[] = found ?? [];
      while (left.length > 0 && !signal?.aborted) {
        const results = await erase(wanted.fill(left));
        if (!results) return total;
        total += results.reduce((sum, { count }) => sum + count, 0);
        left = results.flatMap(({ call, next }) => {
          const deletion = left[call - 1];
          return deletion && next !== null ? [{ ...deletion, erasedTo: next }] : [];
        });
      }
      const last = found?.at(-1);
      if (!last) return total;
      after = rowOf({ accountId: last.accountId, id: last.segmentId });
    }
    return total;
  };
  return (signal) =>
    run(signal).catch((error: unknown) => {
      throw refusalOf(error, { isWrite: true });
    });
}

const KEY = erasingKey(sql`deletion.account_id`, sql`deletion.segment_id`);

const deletionsQuery: SQL = sql`
  select deletion.account_id, deletion.segment_id, deletion.n from ${events} as deletion
  where deletion.is_erasing and ${KEY} > ${sql.placeholder('after')}::text
  order by ${KEY} limit ${sql.placeholder('size')}::int`;

/**
 * Erases a piece of the contents of each deletion's segment, up to the deletion: a segment that was created under the same id later
 * keeps its own. A deletion is done once a piece came to its end, and no row of it was skipped. The query returns the deletions that
 * it worked on: how many contents it erased, and where the next piece begins; null if there is none, or if a row was
 * skipped, so that the deletion is left for the next run.
 */
const eraseQuery = (wanted: SQL): SQL => sql`
  with deletion as materialized (
    select wanted.n as call, event.account_id, event.segment_id, event.n, wanted.erased_to
    from ${wanted} inner join ${events} as event on (event.account_id, event.segment_id, event.n)
      = (wanted.account_id, wanted.segment_id, wanted.place)
    where event.is_erasing for no key update of event skip locked
  ),
  share as materialized (select greatest(1, ${sql.placeholder('size')}::int / greatest(1, count(*))) as size from deletion),
  piece as materialized (
    select deletion.call, part.* from deletion cross join lateral (
      select event.account_id, event.n, event.segment is not null or event.before is not null as has_contents
      from ${events} as event
      where event.account_id = deletion.account_id and event.segment_id = deletion.segment_id
        and event.n > deletion.erased_to and event.n < deletion.n
      order by event.segment_id, event.n limit (select size from share)
    ) as part
  ),
  held as materialized (
    select piece.call, event.account_id, event.n
    from piece inner join ${events} as event on (event.account_id, event.n) = (piece.account_id, piece.n)
    where piece.has_contents for no key update of event skip locked
  ),
  erased as (
    update ${events} as event set segment = null, before = null from held
    where (event.account_id, event.n) = (held.account_id, held.n)
  ),
  result as materialized (
    select deletion.*, held.count, read.last,
      read.count < (select size from share) as is_last, held.count < read.with_contents as is_skipped
    from deletion cross join lateral (
      select count(*), count(*) filter (where has_contents) as with_contents, max(n) as last from piece where piece.call = deletion.call
    ) as read cross join lateral (select count(*) from held where held.call = deletion.call) as held
  ),
  ended as (
    update ${events} as event set is_erasing = false from result
    where (event.account_id, event.n) = (result.account_id, result.n) and result.is_last and not result.is_skipped
  )
  select call, count, case when not is_last and not is_skipped then last end from result`;
