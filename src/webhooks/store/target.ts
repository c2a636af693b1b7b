import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import { KEY } from './key.ts';

/** Where messages of an endpoint are sent, and the secrets that sign them now, the current one first. Never shown to anybody. */
export interface Target {
  url: string;
  secrets: readonly string[];
}

/** Returns the target of an endpoint, to send it a message; null if the account has no such endpoint. */
export function findTarget(db: Database) {
  const wanted = unnest<Key>('wanted', KEY, { numbered: true });
  const query = statement(sql`
    select wanted.n, webhook.url, webhook.secret,
      case when webhook.previous_secret_until > now() then webhook.previous_secret end
    from ${wanted.table} inner join ${webhookEndpoints} as webhook
      on (webhook.account_id, webhook.id) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, 'find_webhook_target', query, ([call, url, secret, previous]) => ({
    call: Number(call),
    target: { url: String(url), secrets: [String(secret), ...(previous === null ? [] : [String(previous)])] },
  }));
  return batch<Key, Target | null>(
    db,
    async (keys) => {
      const found = keys.map((): Target | null => null);
      for (const { call, target } of await run(wanted.fill(keys))) found[call - 1] = target;
      return found;
    },
    { accountOf },
  );
}
