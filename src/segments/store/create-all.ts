import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { isLockedOut } from '../../database/failure.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { wholeCalls } from '../../database/whole-calls.ts';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from '../../errors/refusals.ts';
import { claimedFrom } from '../../idempotency/claim.ts';
import { findKeys } from '../../idempotency/held-key.ts';
import { type Keyed, keyRowOf } from '../../idempotency/key.ts';
import type { Segment } from '../segment.ts';
import { birthOf } from '../segment-id.ts';
import { asCreated, DRAFT_COLUMNS, insertFrom, type NewSegment } from './create.ts';

/** Segments of one account that are created together. */
export interface NewSegments {
  accountId: string;
  segments: readonly NewSegment[];
  /** The idempotency key of the creation, and the digest of its request. */
  once?: Pick<Keyed, 'idempotencyKey' | 'digest'> | null;
}

/** Segments that were just created, or that the same request created before (`replayed`). */
export interface CreatedSegments {
  segments: Segment[];
  replayed: boolean;
}

/** The key of a creation, with the ids of all its segments in one text. An id contains no space. */
const keyedOf = ({ accountId, segments, once }: NewSegments): Keyed | null =>
  once ? { accountId, ...once, id: segments.map(({ id }) => id).join(' ') } : null;

const CALL: BatchColumns<Keyed> = {
  call_account: { type: 'text', of: ({ accountId }) => accountId },
  key: { type: 'text', of: ({ idempotencyKey }) => idempotencyKey },
  digest: { type: 'text', of: ({ digest }) => digest },
  ids: { type: 'text', of: ({ id }) => id },
};

const KEYS = { statements: { find: 'find_idempotency_keys' }, idColumn: idempotencyKeys.segmentId };

/**
 * Creates all segments of a call, or none: with its idempotency key, they are one statement. Throws IDEMPOTENCY_KEY_REUSED, and
 * IDEMPOTENCY_KEY_IN_USE after waiting for another process that uses the key.
 */
export function createAll({ large }: Database) {
  const drafts = unnest<NewSegment>('drafts', DRAFT_COLUMNS, { numbered: true });
  const query = statement(sql`with ${insertFrom(drafts.table)} select from noted where false`);
  const insert = prepare(large, 'create_all_segments', query, () => null);

  const call = unnest<Keyed>('call', CALL);
  const source = sql`(select call_account as account_id, key, digest, ids as id from ${call.table}) as call`;
  const onceQuery = statement(sql`
    with ${claimedFrom(source, KEYS.idColumn)},
    ${insertFrom(sql`${drafts.table} where exists (select from claimed)`)}
    select from claimed`);
  const insertOnce = prepare(large, 'create_all_segments_once', onceQuery, () => null);
  const find = findKeys(large, KEYS);

  return wholeCalls<NewSegments, CreatedSegments>(large, async (given) => {
    const created = { segments: given.segments.map(asCreated), replayed: false };
    const keyed = keyedOf(given);
    if (!keyed) {
      await insert(drafts.fill(given.segments));
      return created;
    }
    try {
      const claimed = await insertOnce({ ...call.fill([keyed]), ...drafts.fill(given.segments) });
      if (claimed.length > 0) return created;
    } catch (error) {
      throw isLockedOut(error) ? new IdempotencyKeyInUse() : error;
    }
    const again = await replayedWith(find, given, keyed);
    if (again) return again;
    throw new IdempotencyKeyInUse(); // it expired between two statements
  });
}

/** Returns what a call created before; null if its key was not used. Throws IDEMPOTENCY_KEY_REUSED. */
export function recallAll({ large }: Database) {
  const find = findKeys(large, KEYS);
  return wholeCalls<NewSegments, CreatedSegments | null>(large, async (given) => {
    const keyed = keyedOf(given);
    return keyed && replayedWith(find, given, keyed);
  });
}

async function replayedWith(
  find: ReturnType<typeof findKeys>,
  { segments }: NewSegments,
  keyed: Keyed,
): Promise<CreatedSegments | null> {
  const keys = await find([keyed]);
  if (keys instanceof Error) throw keys;
  const held = keys.get(keyRowOf(keyed));
  if (!held) return null;
  if (held.digest !== keyed.digest) throw new IdempotencyKeyReused();
  const ids = held.id.split(' ');
  const again = segments.map((segment, i) => {
    const id = ids[i] ?? segment.id; // the digest is equal, so there are as many
    return asCreated({ ...segment, id, createdAt: birthOf(id) });
  });
  return { segments: again, replayed: true };
}
