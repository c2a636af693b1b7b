import { type SQL, sql } from 'drizzle-orm';
import { memberLeftovers, members, memberships } from '../../../database/tables/members.ts';
import { segments } from '../../../database/tables/segments.ts';
import type { Send } from '../../../database/transaction.ts';
import { NotFound, Unavailable } from '../../../errors/refusals.ts';
import type { Replacement } from './begin.ts';
import type { Membership } from './compare.ts';

/** The key of the segment, and of the row of its membership. */
export const keyOf = ({ accountId, id }: Replacement): SQL => sql`(${accountId}, ${id})`;

/** Whether a row belongs to the staged generation. */
export const isStaged = ({ accountId, id, generation }: Replacement): SQL =>
  sql`(account_id, segment_id, generation) = (${accountId}, ${id}, ${generation}::bigint)`;

const nothing = () => null;

/** Prevents the cleaner from removing the staged members until the transaction ends. */
export async function keep(send: Send, replacement: Replacement): Promise<void> {
  const query = sql`select from ${memberLeftovers} where ${isStaged(replacement)} and removable_at > clock_timestamp() for update`;
  const kept = await send(query, nothing);
  if (kept.length === 0) throw lapsed();
}

export const lapsed = () =>
  new Unavailable('not_applied', { message: 'The replacement was interrupted for too long. Send it again.' });

/** Reads the state of the membership, and locks the segment and then the membership if asked to. */
export async function membershipOf(
  send: Send,
  replacement: Replacement,
  isLocked: boolean,
): Promise<Membership> {
  const [keyShare, noKeyUpdate] = isLocked
    ? [sql`for key share of segment`, sql`for no key update of membership`]
    : [sql``, sql``];
  const query = sql`
    with held as materialized (
      select segment.account_id, segment.id from ${segments} as segment
      where (segment.account_id, segment.id) = ${keyOf(replacement)} ${keyShare}
    )
    select membership.generation, membership.count, membership.last_place
    from held inner join ${memberships} as membership
      on (membership.account_id, membership.segment_id) = (held.account_id, held.id) ${noKeyUpdate}`;
  const [membership] = await send(query, ([generation, count, lastPlace]) => ({
    generation: Number(generation),
    count: Number(count),
    lastPlace: Number(lastPlace),
  }));
  if (!membership) throw new NotFound('segment', replacement.id);
  return membership;
}

/**
 * Moves all staged members behind a place, because others have joined after the base: through another replacement, or very many.
 * No two can have the same place in between, because all are moved beyond the places of all.
 */
export async function shift(send: Send, replacement: Replacement, by: number): Promise<void> {
  await send(
    sql`update ${members} set place = place + ${by}::bigint where ${isStaged(replacement)}`,
    nothing,
  );
}
