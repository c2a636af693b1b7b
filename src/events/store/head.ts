import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { prepare, statement } from '../../database/statement.ts';
import { eventHeads as heads } from '../../database/tables/events.ts';

/** Returns a function that returns the places of the newest events of many accounts, by account. Accounts without events are omitted. */
export function eventHeads(db: Database) {
  const query = statement(sql`
    select account_id, last_event from ${heads} where account_id = any(${sql.placeholder('accounts')}::text[])`);
  const run = prepare(
    db,
    'event_heads',
    query,
    ([accountId, head]) => [String(accountId), Number(head)] as const,
  );
  return async (accounts: readonly string[]): Promise<Map<string, number>> =>
    new Map(await db.queue.run(null, () => run({ accounts })));
}
