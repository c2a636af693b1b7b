import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { deleteOld } from '../../database/delete-old.ts';
import { webhookDeliveries } from '../../database/tables/webhooks.ts';

/**
 * Returns a function that deletes the deliveries whose last attempt is older than `days`, as `deleteOld` does. The days are hours,
 * because a day can have 23.
 */
export const forgetDeliveries = (db: Database, { days }: { days: number }) =>
  deleteOld(db, {
    at: webhookDeliveries.attemptedAt,
    end: sql`now() - make_interval(hours => ${sql.raw(String(days * 24))})`,
  });
