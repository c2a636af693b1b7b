import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, type Key } from '../../database/sql/key.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import { readSecrets, SECRETS } from '../queue/secrets.ts';
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
    select wanted.n, endpoint.url, ${SECRETS}
    from ${wanted.table} inner join ${webhookEndpoints} as endpoint
      on (endpoint.account_id, endpoint.id) = (wanted.account_id, wanted.id)`);
  const run = prepare(db, 'find_webhook_target', query, ([call, url, ...secrets]) => ({
    call: Number(call),
    target: { url: String(url), secrets: readSecrets(secrets) },
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
