import { hash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { batch, type Outcome } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumn, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from '../../errors/refusals.ts';
import { type Created, type Draft, WRITABLE } from '../segment.ts';
import { birthOf } from '../segment-id.ts';
import { asCreated, type NewSegment } from './create.ts';
import { COLUMNS } from './row.ts';

/** A creation that may be asked for again. */
export interface Once extends NewSegment {
  idempotencyKey: string;
  /** Of what is asked: the same key with another is refused. */
  digest: string;
}

/** What was made under a key. */
export interface Held {
  digest: string;
  segmentId: string;
}

export const rowOf = ({ accountId, idempotencyKey }: Pick<Once, 'accountId' | 'idempotencyKey'>) =>
  `${accountId} ${idempotencyKey}`;

/**
 * Returns the digest of a creation, which is equal for requests that create the same segment. Trailing nulls are ignored, so
 * adding a nullable property at the end does not change the digests of existing keys.
 */
export function digestOf(draft: Draft): string {
  const values = WRITABLE.map((property) => draft[property] ?? null);
  return hash('sha256', JSON.stringify(values.slice(0, values.findLastIndex((value) => value !== null) + 1)));
}

/** The column of the key in a batch. */
export const KEY: BatchColumn<Once> = { type: 'text', of: ({ idempotencyKey }) => idempotencyKey };

/** How long a key is kept. */
export const KEPT = sql`interval '24 hours'`;

/** The first answer: what was asked for is the same, and an id tells when it was made. */
export function replayed(once: Once, held: Held | undefined): Outcome<Created> {
  if (!held) return new IdempotencyKeyInUse(); // it grew too old between two statements
  if (held.digest !== once.digest) return new IdempotencyKeyReused();
  return {
    ...asCreated({ ...once, id: held.segmentId, createdAt: birthOf(held.segmentId) }),
    replayed: true,
  };
}

/** What was made under keys, or why it can't be told. Of keys that others wrote, only a statement that begins after theirs can see it. */
export function finding(db: Database) {
  const wanted = unnest<Once>('wanted', { ...COLUMNS.batch('accountId'), key: KEY });
  const query = statement(sql`
    select held.account_id, held.key, held.digest, held.segment_id from ${idempotencyKeys} as held
    inner join ${wanted.table} on (held.account_id, held.key) = (wanted.account_id, wanted.key)
    where held.created_at >= now() - ${KEPT}`);
  const run = prepare(db, 'find_idempotency_keys', query, ([accountId, key, digest, segmentId]) => {
    const row = rowOf({ accountId: String(accountId), idempotencyKey: String(key) });
    return [row, { digest: String(digest), segmentId: String(segmentId) }] as const;
  });
  return async (calls: readonly Once[]): Promise<Map<string, Held> | Error> => {
    try {
      return new Map(await run(wanted.fill(calls)));
    } catch (error) {
      return refusalOf(error, { isWrite: false }); // to these alone: the others of their batch are made
    }
  };
}

/**
 * The first answer to a creation that was made before; null for one that was not. Creates nothing. Throws
 * IDEMPOTENCY_KEY_REUSED where the key was sent with another request.
 */
export function recallSegments(db: Database) {
  const find = finding(db);
  return batch<Once, Created | null>(
    db,
    async (calls) => {
      const held = await find(calls);
      if (held instanceof Error) return calls.map(() => held);
      return calls.map((once) => {
        const made = held.get(rowOf(once));
        return made ? replayed(once, made) : null;
      });
    },
    { accountOf },
  );
}
