import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';

interface Account {
  accountId: string;
}

/** Returns a function that tells the place of an account's newest event; 0 if it has none. */
export function eventHead(db: Database) {
  const wanted = unnest<Account>('wanted', { account_id: { type: 'text', of: accountOf } });
  const query = statement(sql`
    select head.account_id, head.last_event from ${wanted.table}
    inner join ${eventHeads} as head on head.account_id = wanted.account_id`);
  const run = prepare(
    db,
    'event_heads',
    query,
    ([accountId, head]) => [String(accountId), Number(head)] as const,
  );
  return batch<Account, number>(
    db,
    async (calls) => {
      const heads = new Map(await run(wanted.fill(calls)));
      return calls.map(({ accountId }) => heads.get(accountId) ?? 0);
    },
    { accountOf },
  );
}
