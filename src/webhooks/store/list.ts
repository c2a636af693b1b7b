import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { Webhook } from '../webhook.ts';
import { readWebhook, selectWebhook, WIDTH, withHead } from './row.ts';

interface Wanted {
  accountId: string;
}

/** Max calls in a statement, and of one account in a statement with others: a call can return a hundred endpoints. */
const MAX_TOGETHER = { largest: 20, shared: 5 };

/** Returns all endpoints of an account, oldest first. */
export function listWebhooks(db: Database) {
  const wanted = unnest<Wanted>(
    'wanted',
    { account_id: { type: 'text', of: accountOf } },
    { numbered: true },
  );
  const query = statement(sql`
    select ${selectWebhook(sql`webhook`, sql`head`)}, wanted.n
    from ${wanted.table} ${withHead(sql`wanted.account_id`)}
    cross join lateral (
      select * from ${webhookEndpoints} as each where each.account_id = wanted.account_id offset 0
    ) as webhook
    order by webhook.created_at, webhook.id`);
  const run = prepare(db, 'list_webhooks', query, (values) => ({
    call: Number(values[WIDTH]),
    webhook: readWebhook(values),
  }));
  return batch<Wanted, Webhook[]>(
    db,
    async (calls) => {
      const found = calls.map((): Webhook[] => []);
      for (const { call, webhook } of await run(wanted.fill(calls))) found[call - 1]?.push(webhook);
      return found;
    },
    { accountOf, ...MAX_TOGETHER },
  );
}
