import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import type { Key } from '../../database/sql/key.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { Webhook } from '../webhook.ts';
import { changeWebhooks, IS_HELD, written } from './change.ts';

/** Deletes an endpoint and returns it as it was. Its deliveries can no longer be seen. They are deleted when they are too old. */
export const removeWebhooks = (db: Database) =>
  changeWebhooks<Key, Webhook>(db, {
    name: 'remove_webhooks',
    columns: {},
    write: sql`delete from ${webhookEndpoints} as webhook using held where ${IS_HELD}`,
    outcomeOf: written,
  });
