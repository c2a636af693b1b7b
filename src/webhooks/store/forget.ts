import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { deleteOld } from '../../database/delete-old.ts';
import { isReadOnly, refusalOf } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { webhookDeliveries, webhookEndpoints } from '../../database/tables/webhooks.ts';

/**
 * Returns a function that deletes the deliveries whose last attempt is older than `days`, as `deleteOld` does, and then the previous
 * secrets that no longer sign. It returns how many deliveries it deleted. The days are hours, because a day can have 23.
 */
export function forgetDeliveries(db: Database, { days }: { days: number }) {
  const deleteDeliveries = deleteOld(db, {
    at: webhookDeliveries.attemptedAt,
    end: sql`now() - make_interval(hours => ${sql.raw(String(days * 24))})`,
  });
  const forgetSecrets = forgetPreviousSecrets(db);
  return async (signal?: AbortSignal): Promise<number> => {
    const count = await deleteDeliveries(signal);
    if (!signal?.aborted) await forgetSecrets();
    return count;
  };
}

/** It reads all endpoints, as each claim does. An endpoint that a transaction is writing is skipped until the next run. */
function forgetPreviousSecrets({ large }: Database): () => Promise<void> {
  const query = statement(sql`
    update ${webhookEndpoints} set previous_secret = null, previous_secret_until = null where ctid = any(array(
      select ctid from ${webhookEndpoints} where previous_secret_until <= now() for update skip locked
    )) and previous_secret_until <= now()`);
  const run = prepare(large, '', query, () => null);
  return async () => {
    await large.queue
      .run(null, () => run({}))
      .catch((error: unknown) => {
        if (!isReadOnly(error)) throw refusalOf(error, { isWrite: true });
      });
  };
}
