import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { idempotencyKeys } from '../../../database/tables/idempotency.ts';
import { findKeys } from '../../../idempotency/held-key.ts';
import { KEPT, keyRowOf } from '../../../idempotency/key.ts';

/** A note of an import: it is kept under an idempotency key of its own. */
export interface NoteKey {
  accountId: string;
  idempotencyKey: string;
}

/** What is written into a note, and what it must contain before. Null if there must be no note. */
export interface NoteChange extends NoteKey {
  before: string | null;
  after: string;
}

const { segmentId: textColumn } = idempotencyKeys;
/** The column `digest` says what a key was used for. */
const DIGEST = 'import';

const text = sql.identifier(textColumn.name);
const isExpired = sql`held.created_at < now() - ${KEPT}`;
const given = (name: keyof NoteChange): SQL => sql`${sql.placeholder(name)}::text`;

/** A CTE that writes a note if `condition` holds and the note has not changed. It then has a row. */
export const notedFrom = (condition: SQL): SQL => sql`kept as (
    insert into ${idempotencyKeys} as held (account_id, key, digest, ${text})
    select ${given('accountId')}, ${given('idempotencyKey')}, ${sql.raw(`'${DIGEST}'`)}, ${given('after')} where ${condition}
    on conflict (account_id, key) do update
      set ${text} = excluded.${text}, created_at = case when ${isExpired} then now() else held.created_at end
      where held.${text} = ${given('before')} or ${isExpired}
    returning held.account_id
  )`;

/** Returns the text of a note; null if there is none, or if it is older than 24 hours. */
export function findNote(db: Database) {
  const { import: lane } = db;
  const find = findKeys(lane, { statements: { find: 'find_import_notes' }, idColumn: textColumn });
  return async (key: NoteKey): Promise<string | null> => {
    const keyed = { ...key, digest: DIGEST, id: '' };
    const held = await lane.queue.run(key.accountId, () => find([keyed]), 1);
    if (held instanceof Error) throw held;
    return held.get(keyRowOf(key))?.id ?? null;
  };
}
