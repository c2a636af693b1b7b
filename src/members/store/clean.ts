import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { pieces } from '../../database/pieces.ts';
import { memberLeftovers, members } from '../../database/tables/members.ts';

/** Max generations that one statement works on, and max members that it deletes of all of them together. */
const PAGE = 100;
const PIECE = 2_000;

/**
 * Returns a function that deletes the members of generations that nobody can see, piece by piece, until none is left or its signal is
 * aborted. It returns the number of deleted members. Gateways that clean at the same time share the work, because each skips
 * generations that another has locked.
 */
export function cleanMembers(db: Database): (signal?: AbortSignal) => Promise<number> {
  const clean = pieces(db, cleaning, PIECE, ([generations, count]) => ({
    generations: Number(generations),
    count: Number(count),
  }));

  return async (signal) => {
    let total = 0;
    try {
      while (!signal?.aborted) {
        const [cleaned] = (await clean({})) ?? [];
        if (!cleaned || cleaned.generations === 0) break;
        total += cleaned.count;
      }
    } catch (error) {
      throw refusalOf(error, { isWrite: true });
    }
    return total;
  };
}

/** Remembers the place of the last member that it deleted, so that the next piece does not read those that are dead again. */
const cleaning: SQL = sql`
  with leftover as materialized (
    select account_id, segment_id, generation, removed_to from ${memberLeftovers}
    where removable_at <= now() order by removable_at limit ${sql.raw(String(PAGE))} for update skip locked
  ),
  share as materialized (select greatest(1, ${sql.placeholder('size')}::int / greatest(1, count(*))) as size from leftover),
  piece as materialized (
    select leftover.account_id, leftover.segment_id, leftover.generation, part.address, part.place
    from leftover cross join lateral (
      select member.ctid as address, member.place from ${members} as member
      where (member.account_id, member.segment_id, member.generation)
        = (leftover.account_id, leftover.segment_id, leftover.generation) and member.place > leftover.removed_to
      order by member.segment_id, member.generation, member.place limit (select size from share)
    ) as part
  ),
  removed as (
    delete from ${members} as member using piece where member.ctid = piece.address
  ),
  result as materialized (
    select leftover.account_id, leftover.segment_id, leftover.generation, part.count, part.last
    from leftover cross join lateral (
      select count(*), max(place) as last from piece
      where (piece.account_id, piece.segment_id, piece.generation)
        = (leftover.account_id, leftover.segment_id, leftover.generation)
    ) as part
  ),
  ended as (
    delete from ${memberLeftovers} as leftover using result
    where (leftover.account_id, leftover.segment_id, leftover.generation)
      = (result.account_id, result.segment_id, result.generation) and result.count < (select size from share)
  ),
  continued as (
    update ${memberLeftovers} as leftover set removed_to = result.last from result
    where (leftover.account_id, leftover.segment_id, leftover.generation)
      = (result.account_id, result.segment_id, result.generation) and result.count >= (select size from share)
  )
  select count(*), coalesce(sum(count), 0) from result`;
