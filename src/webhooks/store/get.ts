import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { Webhook } from '../webhook.ts';
import { KEY } from './key.ts';
import { readWebhook, selectWebhook, WIDTH, withHead } from './row.ts';

/** Returns the endpoint with this id; null if the account has none. */
export function getWebhook(db: Database) {
  const wanted = unnest<Key>('wanted', KEY, { numbered: true });
  const query = statement(sql`
    select ${selectWebhook(sql`webhook`, sql`head`)}, wanted.n
    from ${wanted.table} inner join ${webhookEndpoints} as webhook
      on (webhook.account_id, webhook.id) = (wanted.account_id, wanted.id)
    ${withHead(sql`wanted.account_id`)}`);
  const run = prepare(db, 'get_webhook', query, (values) => ({
    call: Number(values[WIDTH]),
    webhook: readWebhook(values),
  }));
  return batch<Key, Webhook | null>(
    db,
    async (keys) => {
      const found = keys.map((): Webhook | null => null);
      for (const { call, webhook } of await run(wanted.fill(keys))) found[call - 1] = webhook;
      return found;
    },
    { accountOf },
  );
}
