import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import type { Key } from '../../database/sql/key.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { EventType } from '../../events/event.ts';
import type { Webhook } from '../webhook.ts';
import { BEGIN_ANEW, changeWebhooks, IS_HELD } from './change.ts';

/** A change of an endpoint. Omitted properties stay as they are. */
export interface Change extends Key {
  url?: string | undefined;
  /** Null for all types. */
  types?: readonly EventType[] | null | undefined;
  isEnabled?: boolean | undefined;
  /** Whether the caller is allowed to read members. */
  showsCustomers: boolean;
}

/** What a change came to. `takenBy` is the other endpoint that has the URL already, so that nothing was changed. */
type Updated = { webhook: Webhook } | { takenBy: string };

/**
 * Changes endpoints. Customers are shown to a new URL only if the caller is allowed to read members, and to the same URL also if they
 * were shown before.
 */
export const updateWebhooks = (db: Database) =>
  changeWebhooks<Change, Updated>(db, {
    name: 'update_webhooks',
    columns: {
      url: { type: 'text', of: ({ url }) => url },
      types: { type: 'text', of: ({ types }) => types && JSON.stringify(types) },
      types_are_given: { type: 'bool', of: ({ types }) => types !== undefined },
      is_enabled: { type: 'bool', of: ({ isEnabled }) => isEnabled },
      shows_customers: { type: 'bool', of: ({ showsCustomers }) => showsCustomers },
    },
    facts: { taken_by: sql`other.id` },
    join: sql`left join ${webhookEndpoints} as other
      on (other.account_id, other.url) = (wanted.account_id, wanted.url) and other.id <> wanted.id`,
    write: sql`
      update ${webhookEndpoints} as webhook set ${BEGIN_ANEW},
        url = coalesce(held.url, webhook.url),
        types = case when held.types_are_given then held.types::json else webhook.types end,
        is_enabled = coalesce(held.is_enabled, webhook.is_enabled),
        is_failing = webhook.is_failing and held.is_enabled is not true,
        shows_customers = case
          when held.url is null then webhook.shows_customers
          when held.url = webhook.url then webhook.shows_customers or held.shows_customers
          else held.shows_customers
        end
      from held where ${IS_HELD} and held.taken_by is null`,
    outcomeOf: (webhook, [takenBy]) => (webhook ? { webhook } : { takenBy: String(takenBy) }),
  });
