import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { isReadOnly, refusalOf } from '../../database/failure.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import type { EventType } from '../../events/event.ts';
import { isSent, readSecrets, SECRETS } from './secrets.ts';

/** A webhook endpoint that this process may deliver to until its lease ends. */
export interface Claimed {
  accountId: string;
  id: string;
  url: string;
  /** Those that sign now, the newest first. */
  secrets: readonly string[];
  types: readonly EventType[] | null;
  cursor: number;
  replay: { after: number; until: number } | null;
  failures: number;
  revision: number;
  showsCustomers: boolean;
  /** The token of the lease. */
  lease: string;
}

/** What a process asks for. */
export interface Wanted {
  lease: string;
  leaseMs: number;
  /** Max endpoints to claim, and how many of them may be retries. */
  places: number;
  retries: number;
}

export interface Claims {
  claimed: Claimed[];
  /** Milliseconds until the next retry of any endpoint is due; null if there is none. */
  nextMs: number | null;
}

const param = (name: string, type: string): SQL => sql`${sql.placeholder(name)}::${sql.raw(type)}`;

const hasLease = sql`(endpoint.lease is not null and endpoint.lease_until > now())`;

/**
 * Returns a function that claims endpoints with something to deliver: those that wait for a first attempt before those that wait for
 * a retry, and those that have waited longest first. An endpoint that another process is claiming at this moment is skipped. It
 * returns null if the database is read-only.
 */
export function claimEndpoints(db: Database): (wanted: Wanted) => Promise<Claims | null> {
  const run = prepare(db.webhook, 'claim_webhooks', statement(CLAIM), rowOf);
  return async (wanted) => {
    try {
      const rows = await db.webhook.queue.run(null, () => run({ ...wanted }));
      return { claimed: rows.flatMap(({ claimed }) => claimed ?? []), nextMs: rows[0]?.nextMs ?? null };
    } catch (error) {
      if (isReadOnly(error)) return null;
      throw refusalOf(error, { isWrite: true });
    }
  };
}

/** Every process reads all endpoints: what changes with each delivery is in no index. `pending` are those with something to deliver. */
const CLAIM = sql`
  with pending as materialized (
    select endpoint.account_id, endpoint.id, endpoint.failures > 0 as is_retry, endpoint.next_attempt_at
    from ${webhookEndpoints} as endpoint
    inner join ${eventHeads} as head on head.account_id = endpoint.account_id
      and (head.last_event > endpoint.cursor or endpoint.replay_at is not null)
    where endpoint.is_enabled and not ${hasLease}
  ),
  due as (
    select *, row_number() over (partition by is_retry order by next_attempt_at) as place
    from pending where next_attempt_at <= now()
  ),
  chosen as materialized (
    select account_id, id from due where not is_retry or place <= ${param('retries', 'int')}
    order by is_retry, next_attempt_at limit ${param('places', 'int')}
  ),
  locked as materialized (
    select endpoint.account_id, endpoint.id from chosen
    inner join ${webhookEndpoints} as endpoint on (endpoint.account_id, endpoint.id) = (chosen.account_id, chosen.id)
    where endpoint.is_enabled and endpoint.next_attempt_at <= now() and not ${hasLease}
    for update of endpoint skip locked
  ),
  claimed as (
    update ${webhookEndpoints} as endpoint
    set lease = ${param('lease', 'text')}, lease_until = now() + make_interval(secs => ${param('leaseMs', 'float8')} / 1000)
    from locked where (endpoint.account_id, endpoint.id) = (locked.account_id, locked.id)
    returning endpoint.*
  ),
  next as (
    select date_part('epoch', min(next_attempt_at) - now()) * 1000 as ms from pending where next_attempt_at > now()
  )
  select next.ms, endpoint.account_id, endpoint.id, endpoint.url, endpoint.types, endpoint.cursor, endpoint.replay_at,
    endpoint.replay_until, endpoint.failures, endpoint.revision, endpoint.shows_customers, endpoint.lease, ${SECRETS}
  from next left join claimed as endpoint on true`;

function rowOf(values: Values): { nextMs: number | null; claimed: Claimed | null } {
  const [ms, accountId, id, url, types, cursor, replayAt, replayUntil, failures, revision, ...rest] = values;
  const nextMs = ms === null ? null : Number(ms);
  if (id === null) return { nextMs, claimed: null };
  const [showsCustomers, lease, ...secrets] = rest;
  const claimed = {
    ...{ accountId: String(accountId), id: String(id), url: String(url), lease: String(lease) },
    types: Array.isArray(types) ? types.filter(isSent) : null,
    cursor: Number(cursor),
    replay: replayAt === null ? null : { after: Number(replayAt), until: Number(replayUntil) },
    failures: Number(failures),
    revision: Number(revision),
    showsCustomers: showsCustomers === true,
    secrets: readSecrets(secrets),
  };
  return { nextMs, claimed };
}
