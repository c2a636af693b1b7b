import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import type { Key } from '../../database/sql/key.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { Webhook } from '../webhook.ts';
import { BEGIN_ANEW, changeWebhooks, IS_HELD } from './change.ts';

/** The part of the log to deliver again: the events after `after`, up to `until`, or up to the cursor of the endpoint. */
export interface Replay extends Key {
  after: number;
  until: number | null;
}

/** The places that a replay has to lie between. If it does not, nothing was changed. */
export interface Bounds {
  cursor: number;
  head: number;
  prunedTo: number;
}

export type Replayed = { webhook: Webhook } | { bounds: Bounds };

/** Makes endpoints deliver a part of the log again. A replay that is under way ends. Events after the cursor are not part of a replay. */
export const replayEvents = (db: Database) =>
  changeWebhooks<Replay, Replayed>(db, {
    name: 'replay_events',
    columns: {
      after: { type: 'bigint', of: ({ after }) => after },
      until: { type: 'bigint', of: ({ until }) => until },
    },
    facts: {
      cursor: sql`webhook.cursor`,
      head: sql`greatest(webhook.cursor, coalesce(head.last_event, 0))`,
      pruned_to: sql`coalesce(head.pruned_to, 0)`,
      reach: sql`least(wanted.until, webhook.cursor)`, // which ignores null
    },
    write: sql`
      update ${webhookEndpoints} as webhook set ${BEGIN_ANEW}, replay_at = held.after, replay_until = held.reach
      from held where ${IS_HELD} and held.after < held.reach and held.after >= held.pruned_to
        and (held.until is null or held.until <= held.head)`,
    outcomeOf: (webhook, facts) => {
      const [cursor = 0, head = 0, prunedTo = 0] = facts.map(Number);
      return webhook ? { webhook } : { bounds: { cursor, head, prunedTo } };
    },
  });
