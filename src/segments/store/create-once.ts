import { sql } from 'drizzle-orm';
import { batch, type Outcome } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { isLockedOut, refusalOf } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { idempotencyKeys, segments } from '../../database/tables.ts';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from '../../errors.ts';
import type { Created } from '../segment.ts';
import { birthOf } from '../segment-id.ts';
import { asCreated, type NewSegment } from './create.ts';
import { accountOf, unnested } from './key.ts';

/** A creation that may be asked for again. */
export interface Once extends NewSegment {
  idempotencyKey: string;
  /** Of what is asked: the same key with another is refused. */
  digest: string;
}

/** What was made under a key. */
interface Held {
  digest: string;
  segmentId: string;
}

const rowOf = ({ accountId, idempotencyKey }: Pick<Once, 'accountId' | 'idempotencyKey'>) =>
  `${accountId} ${idempotencyKey}`;

/**
 * Creates a segment once, however often it is asked for under a key: the same request gets the first answer again.
 * The key and the segment are written by one statement, so that there is never one without the other. A
 * second one waits for the first, even in another process, as long as a lock may take; then it is refused: IDEMPOTENCY_KEY_IN_USE.
 */
export function createSegmentsOnce(db: Database) {
  const claim = claiming(db);
  const find = finding(db);

  const create = async (wave: readonly Once[]): Promise<Outcome<Created>[]> => {
    try {
      const claimed = new Set(await claim(wave));
      const others = wave.filter((once) => !claimed.has(rowOf(once)));
      const held = others.length > 0 ? await find(others) : new Map<string, Held>();
      return wave.map((once) => {
        if (claimed.has(rowOf(once))) return asCreated(once);
        return held instanceof Error ? held : again(once, held.get(rowOf(once)));
      });
    } catch (error) {
      if (wave.length === 1 && isLockedOut(error)) return [new IdempotencyKeyInUse()];
      throw error;
    }
  };

  return batch<Once, Created>(db, create, { accountOf, rowOf });
}

/** The first answer: what was asked for is the same, and an id tells when it was made. */
function again(once: Once, held: Held | undefined): Outcome<Created> {
  if (!held) return new IdempotencyKeyInUse(); // it grew too old between two statements
  if (held.digest !== once.digest) return new IdempotencyKeyReused();
  return {
    ...asCreated({ ...once, id: held.segmentId, createdAt: birthOf(held.segmentId) }),
    replayed: true,
  };
}

/** Writes the keys that are not there, or too old, with their segments; gives the rows of those keys. */
function claiming(db: Database) {
  const drafts = unnested('drafts', {
    account_id: 'text',
    key: 'text',
    digest: 'text',
    id: 'text',
    name: 'text',
    criteria: 'text',
    description: 'text',
    created_at: 'timestamptz',
  });
  const query = statement(sql`
    with drafts as materialized (select * from ${drafts}),
    claimed as (
      insert into ${idempotencyKeys} as held (account_id, key, digest, segment_id)
      select account_id, key, digest, id from drafts
      on conflict (account_id, key) do update
        set digest = excluded.digest, segment_id = excluded.segment_id, created_at = excluded.created_at
        where held.created_at < now() - ${KEPT}
      returning account_id, key
    ),
    made as (
      insert into ${segments} (account_id, id, name, criteria, description, created_at, updated_at)
      select account_id, id, name, criteria, description, created_at, created_at
      from drafts where ((account_id, key) in (select account_id, key from claimed)) is true
    )
    select account_id, key from claimed`);
  const run = prepare(db, 'create_segments_once', query, ([accountId, key]) =>
    rowOf({ accountId: String(accountId), idempotencyKey: String(key) }),
  );
  return (wave: readonly Once[]) =>
    run({
      account_id: wave.map(({ accountId }) => accountId),
      key: wave.map(({ idempotencyKey }) => idempotencyKey),
      digest: wave.map(({ digest }) => digest),
      id: wave.map(({ id }) => id),
      name: wave.map(({ name }) => name),
      criteria: wave.map(({ criteria }) => criteria),
      description: wave.map(({ description }) => description),
      created_at: wave.map(({ createdAt }) => createdAt.toISOString()),
    });
}

/** How long a key is kept. */
export const KEPT = sql`interval '24 hours'`;

/** What was made under keys that others wrote, or why it can't be told: only a statement that begins after theirs can see it. */
function finding(db: Database) {
  const wanted = unnested('wanted', { account_id: 'text', key: 'text' });
  const query = statement(sql`
    select held.account_id, held.key, held.digest, held.segment_id from ${idempotencyKeys} as held
    inner join ${wanted} on (held.account_id, held.key) = (wanted.account_id, wanted.key)`);
  const run = prepare(db, 'find_idempotency_keys', query, ([accountId, key, digest, segmentId]) => {
    const row = rowOf({ accountId: String(accountId), idempotencyKey: String(key) });
    return [row, { digest: String(digest), segmentId: String(segmentId) }] as const;
  });
  return async (calls: readonly Once[]): Promise<Map<string, Held> | Error> => {
    try {
      return new Map(
        await run({
          account_id: calls.map(({ accountId }) => accountId),
          key: calls.map(({ idempotencyKey }) => idempotencyKey),
        }),
      );
    } catch (error) {
      return refusalOf(error, { isWrite: false }); // to these alone: the others of their batch are made
    }
  };
}
