import { sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { inLongTransaction } from '../../../database/long-transaction.ts';
import { eventHeads, events } from '../../../database/tables/events.ts';
import { memberLeftovers, memberships } from '../../../database/tables/members.ts';
import { segments } from '../../../database/tables/segments.ts';
import type { Send } from '../../../database/transaction.ts';
import { NotFound } from '../../../errors/refusals.ts';
import type { Origin } from '../../../events/origin.ts';
import { JSON_COLUMNS } from '../../../segments/store/row.ts';
import type { Replacement } from './begin.ts';
import { compare, type Difference, type Membership, PREPARED } from './compare.ts';
import { isStaged, keep, keyOf, membershipOf, shift } from './staged.ts';

/** How many members a replacement added, removed and left as they were. */
export interface Replaced {
  added: number;
  removed: number;
  unchanged: number;
}

interface Finishing extends Replacement, Origin {
  /** How many lines were staged. */
  lines: number;
}

/** The members were changed while they were compared. */
class Changed extends Error {}

/**
 * Makes the staged members those of the segment, and appends the events of the differences. Throws NOT_FOUND if the segment is gone.
 *
 * Both are compared without a lock. Then the segment, its membership and the log of its account are locked, in this order, as all
 * changes of members do, and only for a few milliseconds: the events are given their places in the log, and the membership its new
 * generation. If the members were changed in the meantime, it is done again with the first two locks held.
 */
export function finishReplacement({ long }: Database) {
  return async (replacement: Finishing): Promise<Replaced> => {
    const attempt = (isLocked: boolean) =>
      inLongTransaction(long, replacement.accountId, (send) => finish(send, replacement, isLocked));
    try {
      return await attempt(false);
    } catch (error) {
      if (error instanceof Changed) return attempt(true);
      throw error;
    }
  };
}

async function finish(send: Send, replacement: Finishing, isLocked: boolean): Promise<Replaced> {
  const { id, lines } = replacement;
  await keep(send, replacement);
  const found = await membershipOf(send, replacement, isLocked);
  let top = replacement.base + lines;
  if (found.lastPlace > replacement.base) {
    const by = Math.max(top, found.lastPlace);
    await shift(send, replacement, by);
    top += by;
  }
  const difference = await compare(send, { ...replacement, top });
  if (!difference) throw new NotFound('segment', id);
  if (!isSame(found, difference)) throw new Changed();
  if (!isLocked && !isSame(await membershipOf(send, replacement, true), difference)) throw new Changed();
  const last = difference.events > 0 ? await lockLog(send, replacement, difference.events) : 0;
  await replace(send, replacement, {
    difference,
    last,
    lastPlace: Math.max(top + (difference.moved > 0 ? difference.added : 0), difference.lastPlace),
  });
  const { added, removed, count } = difference;
  return { added, removed, unchanged: count - removed };
}

const isSame = (one: Membership, other: Membership): boolean =>
  one.generation === other.generation && one.count === other.count && one.lastPlace === other.lastPlace;

const nothing = () => null;

/** Locks the log of the account, makes room for events, and returns the place of the last one. */
async function lockLog(send: Send, { accountId }: Replacement, count: number): Promise<number> {
  const query = sql`
    insert into ${eventHeads} as head (account_id, last_event) values (${accountId}, ${count}::bigint)
    on conflict (account_id) do update set last_event = head.last_event + excluded.last_event
    returning last_event`;
  const [last = 0] = await send(query, ([last]) => Number(last));
  return last;
}

interface Outcome {
  difference: Difference;
  /** The place of the last event in the log. */
  last: number;
  lastPlace: number;
}

/** A statement of its own after the lock of the log, so that it sees the segment as the event before the new ones left it. */
async function replace(
  send: Send,
  replacement: Replacement,
  { difference, last, lastPlace }: Outcome,
): Promise<void> {
  const { accountId, id, generation } = replacement;
  const before = PREPARED(sql`${generation}::bigint`);
  await send(
    sql`
    with current as materialized (select * from ${segments} where (account_id, id) = ${keyOf(replacement)}),
    logged as (
      update ${events} as event
      set n = event.n - ${before} + ${last - difference.events}::bigint, version = current.version, occurred_at = clock_timestamp(),
        segment = case when event.version = current.version then event.segment else ${JSON_COLUMNS.of(sql`current`)} end
      from current
      where event.account_id = ${accountId} and event.n > ${before} and event.n <= ${before} + ${difference.events}::bigint
    ),
    taken as (delete from ${memberLeftovers} where ${isStaged(replacement)}),
    left_over as (
      insert into ${memberLeftovers} (account_id, segment_id, generation)
      values (${accountId}, ${id}, ${difference.generation}::bigint)
    )
    update ${memberships} set generation = ${generation}::bigint,
      count = ${difference.count + difference.added - difference.removed}::integer, last_place = ${lastPlace}::bigint
    where (account_id, segment_id) = ${keyOf(replacement)}`,
    nothing,
  );
}
