import { sql } from 'drizzle-orm';
import { batch } from '../../database/batch.ts';
import type { Database } from '../../database/connect.ts';
import { accountOf, rowOf } from '../../database/sql/key.ts';
import { locked } from '../../database/sql/lock.ts';
import { unnest } from '../../database/sql/unnest.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { webhookDeliveries, webhookEndpoints } from '../../database/tables/webhooks.ts';
import { MAX_ATTEMPTS } from '../webhook.ts';
import { readSecrets, SECRETS } from './secrets.ts';
import { SETTLEMENT, type Settlement } from './settlement.ts';

/** What the holder of a lease learns. */
export interface Settled {
  /** Whether it may go on: the endpoint is enabled, no caller has changed it, and the lease was not released. */
  mayGoOn: boolean;
  /** Whether no caller has changed the endpoint since it was claimed. */
  isCurrent: boolean;
  /** The secrets that sign now. */
  secrets: readonly string[];
}

/** Max endpoints in one statement. */
const MAX_CALLS = 200;

/**
 * Returns a function that stores the result of an attempt and moves the endpoint on. One statement stores the results of many
 * endpoints. The function returns null, and changes nothing, if the lease was lost: another process has the endpoint, or it was
 * deleted. It can be called again if it is unknown whether it was applied.
 */
export function settleEndpoints(db: Database) {
  const run = prepare(db.webhook, 'settle_webhooks', statement(SETTLE), rowOfSettled);
  return batch<Settlement, Settled | null>(
    db.webhook,
    async (calls) => {
      const outcomes = calls.map((): Settled | null => null);
      for (const { call, settled } of await run(wanted.fill(calls))) outcomes[call - 1] = settled;
      return outcomes;
    },
    { accountOf, rowOf, largest: MAX_CALLS, shared: MAX_CALLS },
  );
}

const wanted = unnest<Settlement>('wanted', SETTLEMENT, { numbered: true });

/**
 * An endpoint is failing while an event is repeated: not once it moves on, even if the event was given up or is no longer sent.
 *
 * A success always counts: the event was received, and it moves past all events before it, including those that the types excluded
 * when it was sent. If a caller has changed the endpoint since it was claimed, nothing else changes it: a failure is one of the old URL,
 * and events that only the old types exclude are not skipped. The lease ends then. All events before the one that was sent were
 * delivered or excluded, so a failure also moves past them. An attempt that is already stored is not stored again.
 */
const SETTLE = sql`
  with settled as (
    update ${webhookEndpoints} as endpoint set
      cursor = case when not is_replay then greatest(endpoint.cursor, reached) else endpoint.cursor end,
      replay_at = case when not (is_replay and is_same) then endpoint.replay_at
        when reached is null or reached < endpoint.replay_until then greatest(endpoint.replay_at, reached) end,
      replay_until = case when is_replay and is_same and reached >= endpoint.replay_until then null
        else endpoint.replay_until end,
      failures = case when moves then 0 when not is_same then endpoint.failures when outcome = 'FAILED' then wanted.failures
        when outcome = 'DISABLED' then 0 else endpoint.failures end,
      next_attempt_at = case when moves then now()
        when is_same and outcome = 'FAILED' then now() + make_interval(secs => (wanted.retry_ms / 1000.0)::float8)
        else endpoint.next_attempt_at end,
      is_failing = case when moves then false
        when is_same and outcome in ('FAILED', 'DISABLED') then true else endpoint.is_failing end,
      is_enabled = endpoint.is_enabled and not (is_same and outcome = 'DISABLED'),
      last_error = case when is_same and wanted.last_error is not null then wanted.last_error::json else endpoint.last_error end,
      lease = case when may_go_on and endpoint.is_enabled then endpoint.lease end,
      lease_until = case when may_go_on and endpoint.is_enabled
        then now() + make_interval(secs => (wanted.lease_ms / 1000.0)::float8) end
    from (
      select *, case when moves then place when is_same and outcome in ('FAILED', 'DISABLED') then place - 1 end as reached
      from (
        select *, is_same and not is_last and outcome <> 'DISABLED' as may_go_on,
          outcome = 'DELIVERED' or (is_same and outcome in ('GIVEN_UP', 'SKIPPED')) as moves
        from (
          select wanted.*, (wanted.held).revision = wanted.revision as is_same
          from ${locked(webhookEndpoints, wanted.table, 'no key update')}
        ) as wanted
      ) as wanted
    ) as wanted
    where (endpoint.account_id, endpoint.id) = (wanted.account_id, wanted.id) and endpoint.lease = wanted.lease
    returning endpoint.*, wanted.n as call, is_same, place, event_id, type, attempt, attempted_at,
      case when outcome = 'GIVEN_UP' and moves then 'FAILED' when outcome = 'DELIVERED' then 'DELIVERED' else 'PENDING' end as status
  ),
  stored as (
    insert into ${webhookDeliveries} as delivery
      (account_id, endpoint_id, n, event_id, type, status, attempts, attempted_at)
    select account_id, id, place, event_id, type, status, jsonb_build_array(attempt::jsonb), attempted_at
    from settled where event_id is not null
    on conflict (account_id, endpoint_id, n) do update set status = excluded.status, attempted_at = excluded.attempted_at,
      attempts = case when delivery.attempts -> -1 = excluded.attempts -> 0 then delivery.attempts
        when jsonb_array_length(delivery.attempts) < ${sql.raw(String(MAX_ATTEMPTS))} then delivery.attempts || excluded.attempts
        else (delivery.attempts - 0) || excluded.attempts end
  )
  select call, lease is not null, is_same, ${SECRETS} from settled as endpoint`;

const rowOfSettled = ([call, mayGoOn, isCurrent, ...secrets]: Values) => ({
  call: Number(call),
  settled: { mayGoOn: mayGoOn === true, isCurrent: isCurrent === true, secrets: readSecrets(secrets) },
});
