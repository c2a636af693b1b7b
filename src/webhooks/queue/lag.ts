import { sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { refusalOf } from '../../database/failure.ts';
import { prepare, statement } from '../../database/statement.ts';
import { eventHeads, events } from '../../database/tables/events.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';

/** The state of the webhook endpoints of all accounts. */
export interface Lag {
  /** The age of the oldest event that an enabled endpoint has not received yet, without failing ones; 0 if there is none. */
  seconds: number;
  endpoints: { enabled: number; failing: number; disabled: number };
}

/** Returns a function that measures how far deliveries are behind. It reads all endpoints, and one event for each account that is behind. */
export function deliveryLag(db: Database): () => Promise<Lag> {
  const run = prepare(db.webhook, 'webhook_lag', statement(LAG), ([seconds, ...counts]): Lag => {
    const [enabled = 0, failing = 0, disabled = 0] = counts.map(Number);
    return { seconds: Number(seconds), endpoints: { enabled, failing, disabled } };
  });
  return async () => {
    const [lag] = await db.webhook.queue
      .run(null, () => run({}))
      .catch((error: unknown) => {
        throw refusalOf(error, { isWrite: false });
      });
    return lag ?? { seconds: 0, endpoints: { enabled: 0, failing: 0, disabled: 0 } };
  };
}

/** The condition, which every account meets, lets Postgres use the index: the gateway's sessions avoid other scans. */
const LAG = sql`
  with endpoints as materialized (
    select account_id, is_enabled, is_failing, cursor as place from ${webhookEndpoints}
    where account_id >= ''
  ),
  counted as (
    select count(*) filter (where is_enabled and not is_failing) as enabled,
      count(*) filter (where is_enabled and is_failing) as failing, count(*) filter (where not is_enabled) as disabled
    from endpoints
  ),
  behind as (
    select account_id, min(place) as place from endpoints where is_enabled and not is_failing group by account_id
  ),
  oldest as (
    select min(event.occurred_at) as occurred_at from behind
    inner join ${eventHeads} as head on head.account_id = behind.account_id and head.last_event > behind.place
    inner join ${events} as event on (event.account_id, event.n) = (behind.account_id, greatest(behind.place, head.pruned_to) + 1)
  )
  select coalesce(greatest(date_part('epoch', now() - oldest.occurred_at), 0), 0), enabled, failing, disabled
  from counted cross join oldest`;
