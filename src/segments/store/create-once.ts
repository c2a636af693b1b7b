import { sql } from 'drizzle-orm';
import { batch, type Outcome } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { isLockedOut } from '../../database/failure.ts';
import { accountOf } from '../../database/sql/key.ts';
import { type BatchColumns, unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { idempotencyKeys } from '../../database/tables/idempotency.ts';
import { segments } from '../../database/tables/segments.ts';
import { IdempotencyKeyInUse } from '../../errors/refusals.ts';
import type { Created } from '../segment.ts';
import { asCreated, INSERTION } from './create.ts';
import { finding, type Held, KEPT, KEY, type Once, replayed, rowOf } from './idempotency-key.ts';
import { COLUMNS } from './row.ts';

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
        return held instanceof Error ? held : replayed(once, held.get(rowOf(once)));
      });
    } catch (error) {
      if (wave.length === 1 && isLockedOut(error)) return [new IdempotencyKeyInUse()];
      throw error;
    }
  };

  return batch<Once, Created>(db, create, { accountOf, rowOf });
}

/** Writes the keys that are not there, or too old, with their segments; gives the rows of those keys. */
function claiming(db: Database) {
  const drafts = unnest<Once>('drafts', { ...COLUMNS.batch('accountId'), ...KEYED, ...INSERTION.columns });
  const query = statement(sql`
    with drafts as materialized (select * from ${drafts.table}),
    claimed as (
      insert into ${idempotencyKeys} as held (account_id, key, digest, segment_id)
      select account_id, key, digest, id from drafts
      on conflict (account_id, key) do update
        set digest = excluded.digest, segment_id = excluded.segment_id, created_at = excluded.created_at
        where held.created_at < now() - ${KEPT}
      returning account_id, key
    ),
    made as (
      insert into ${segments} (${INSERTION.names})
      select ${INSERTION.values} from drafts where ((account_id, key) in (select account_id, key from claimed)) is true
    )
    select account_id, key from claimed`);
  const run = prepare(db, 'create_segments_once', query, ([accountId, key]) =>
    rowOf({ accountId: String(accountId), idempotencyKey: String(key) }),
  );
  return (wave: readonly Once[]) => run(drafts.fill(wave));
}

const KEYED: BatchColumns<Once> = {
  key: KEY,
  digest: { type: 'text', of: ({ digest }) => digest },
};
