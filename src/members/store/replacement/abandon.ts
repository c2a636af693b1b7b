import { sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { prepare, statement } from '../../../database/statement.ts';
import { memberLeftovers } from '../../../database/tables/members.ts';
import type { Replacement } from './begin.ts';

/** Leaves the staged members of a replacement to the cleaner. If this fails, they are left to it an hour after the last of them. */
export function abandonReplacement(db: Database) {
  const query = statement(sql`
    update ${memberLeftovers} set removable_at = now()
    where (account_id, segment_id, generation)
      = (${sql.placeholder('accountId')}::text, ${sql.placeholder('id')}::text, ${sql.placeholder('generation')}::bigint)
    and removable_at > now()`);
  const run = prepare(db, 'abandon_replacement', query, () => null);
  return async (replacement: Replacement): Promise<void> => {
    await db.queue.run(replacement.accountId, () => run({ ...replacement }));
  };
}
