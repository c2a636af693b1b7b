import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../database/connect.ts';
import { type BatchColumns, unnest } from '../database/sql/unnest.ts';
import { prepare, statement } from '../database/statement.ts';
import { idempotencyKeys } from '../database/tables/idempotency.ts';
import type { Creation } from './creation.ts';
import { KEPT, KEY_COLUMNS, type Keyed, keyRowOf } from './key.ts';

/**
 * Writes the keys that do not exist or have expired, and creates their entities in the same statement, so that neither exists
 * without the other. Returns the rows of these keys. Waits for keys that another transaction is writing, up to the lock timeout.
 */
export function claimKeys<Once extends Keyed, Entity>(
  db: Database,
  { statements, idColumn, columns, insertFrom }: Creation<Once, Entity>,
) {
  const drafts = unnest<Once>('drafts', { ...KEY_COLUMNS, ...DIGEST, ...columns }, { numbered: true });
  const isClaimed = sql`((account_id, key) in (select account_id, key from claimed)) is true`;
  const query = statement(sql`
    with drafts as materialized (select * from ${drafts.table}),
    ${claimedFrom(sql`drafts`, idColumn)},
    ${insertFrom(sql`drafts where ${isClaimed}`)}
    select account_id, key from claimed`);
  const run = prepare(db, statements.claim, query, ([accountId, key]) =>
    keyRowOf({ accountId: String(accountId), idempotencyKey: String(key) }),
  );
  return async (wave: readonly Once[]): Promise<Set<string>> => new Set(await run(drafts.fill(wave)));
}

/**
 * A CTE that writes the keys of `source` that do not exist or have expired, and returns them. The source has the columns
 * `account_id`, `key`, `digest` and `id`.
 */
export function claimedFrom(source: SQL, { name }: AnyPgColumn): SQL {
  const id = sql.identifier(name);
  return sql`claimed as (
      insert into ${idempotencyKeys} as held (account_id, key, digest, ${id})
      select account_id, key, digest, id from ${source}
      on conflict (account_id, key) do update
        set digest = excluded.digest, ${id} = excluded.${id}, created_at = excluded.created_at
        where held.created_at < now() - ${KEPT}
      returning account_id, key
    )`;
}

const DIGEST: BatchColumns<Keyed> = { digest: { type: 'text', of: ({ digest }) => digest } };
