import { sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Lane } from '../database/connect.ts';
import { refusalOf } from '../database/failure.ts';
import { unnest } from '../database/sql/unnest.ts';
import { prepare, statement } from '../database/statement.ts';
import { idempotencyKeys } from '../database/tables/idempotency.ts';
import { KEPT, KEY_COLUMNS, type Keyed, keyRowOf } from './key.ts';

/** What a key was used for. */
export interface HeldKey {
  digest: string;
  id: string;
}

/**
 * Returns what keys were used for, by their rows. A statement only sees keys that were committed before it began. If it fails, the
 * error is returned and not thrown, because other calls of the same batch may have created their entities.
 */
export function findKeys<Once extends Keyed>(
  lane: Lane,
  { statements, idColumn }: { statements: { find: string }; idColumn: AnyPgColumn },
) {
  const wanted = unnest<Once>('wanted', KEY_COLUMNS);
  const query = statement(sql`
    select held.account_id, held.key, held.digest, held.${sql.identifier(idColumn.name)} from ${idempotencyKeys} as held
    inner join ${wanted.table} on (held.account_id, held.key) = (wanted.account_id, wanted.key)
    where held.created_at >= now() - ${KEPT}`);
  const run = prepare(lane, statements.find, query, ([accountId, key, digest, id]) => {
    const row = keyRowOf({ accountId: String(accountId), idempotencyKey: String(key) });
    return [row, { digest: String(digest), id: String(id) }] as const;
  });
  return async (calls: readonly Once[]): Promise<Map<string, HeldKey> | Error> => {
    try {
      return new Map(await run(wanted.fill(calls)));
    } catch (error) {
      return refusalOf(error, { isWrite: false });
    }
  };
}
