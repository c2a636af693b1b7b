import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import type { Key } from '../../database/sql/key.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import { OVERLAP_HOURS, type Webhook } from '../webhook.ts';
import { changeWebhooks, IS_HELD, written } from './change.ts';

type Rotation = Key & { secret: string };

/** Gives an endpoint a new secret. The one before it also signs for 24 hours. An older one stops signing. */
export const rotateSecrets = (db: Database) =>
  changeWebhooks<Rotation, Webhook>(db, {
    name: 'rotate_webhook_secrets',
    columns: { secret: { type: 'text', of: ({ secret }) => secret } },
    write: sql`
      update ${webhookEndpoints} as webhook set secret = held.secret, previous_secret = webhook.secret,
        previous_secret_until = now() + make_interval(hours => ${sql.raw(String(OVERLAP_HOURS))})
      from held where ${IS_HELD}`,
    outcomeOf: written,
  });
