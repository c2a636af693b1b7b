import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { eventHeads as heads } from '../../database/tables/events.ts';

interface Account {
  accountId: string;
}

/** Returns a function that tells the places of the newest events of many accounts, by account. An account without events is left out. */
export function eventHeads(db: Database) {
  const query = statement(sql`
    select account_id, last_event from ${heads} where account_id = any(${sql.placeholder('accounts')}::text[])`);
  const run = prepare(db, 'followed_event_heads', query, headOf);
  return async (accounts: readonly string[]): Promise<Map<string, number>> =>
    new Map(await db.queue.run(null, () => run({ accounts })));
}

/** Returns a function that tells the place of an account's newest event; 0 if it has none. */
export function eventHead(db: Database) {
  const wanted = unnest<Account>('wanted', { account_id: { type: 'text', of: accountOf } });
  const query = statement(sql`
    select head.account_id, head.last_event from ${wanted.table}
    inner join ${heads} as head on head.account_id = wanted.account_id`);
  const run = prepare(db, 'event_heads', query, headOf);
  return batch<Account, number>(
    db,
    async (calls) => {
      const found = new Map(await run(wanted.fill(calls)));
      return calls.map(({ accountId }) => found.get(accountId) ?? 0);
    },
    { accountOf },
  );
}

const headOf = ([accountId, head]: Values) => [String(accountId), Number(head)] as const;
