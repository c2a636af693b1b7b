import { sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import type { Key } from '../../../database/sql/key.ts';
import { prepare, statement } from '../../../database/statement.ts';
import { memberLeftovers, memberships, newGeneration } from '../../../database/tables/members.ts';
import { ensureMemberships } from '../ensure.ts';

/** A replacement of all members of the segment with this key. Its members are staged under a generation that nobody can see. */
export interface Replacement extends Key {
  generation: number;
  /** New members get the places after this one. */
  base: number;
}

/** Generations that are not extended for so long are left over: their gateway is gone. */
export const LEASE = sql`interval '1 hour'`;

/**
 * Places that are left free for members who are added while a replacement is under way, so that the members it makes join after
 * them. If that is not enough, they are given other places at the end.
 */
const ROOM = 1_000_000;

/** Begins a replacement; null if the account has no such segment. */
export function beginReplacement(db: Database) {
  const ensure = ensureMemberships(db);
  const key = sql`(${sql.placeholder('accountId')}::text, ${sql.placeholder('id')}::text)`;
  const query = statement(sql`
    with begun as materialized (
      select account_id, segment_id, last_place, ${newGeneration} as generation from ${memberships}
      where (account_id, segment_id) = ${key}
    ),
    noted as (
      insert into ${memberLeftovers} (account_id, segment_id, generation, removable_at)
      select account_id, segment_id, generation, now() + ${LEASE} from begun
    )
    select generation, last_place from begun`);
  const run = prepare(db, 'begin_replacement', query, ([generation, lastPlace]) => ({
    generation: Number(generation),
    base: Number(lastPlace) + ROOM,
  }));

  return ({ accountId, id }: Key): Promise<Replacement | null> =>
    db.queue.run(accountId, async () => {
      const [found] = await ensure([{ accountId, id }]);
      const [begun] = found ? await run({ accountId, id }) : [];
      return begun ? { accountId, id, ...begun } : null;
    });
}
