import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { isReadOnly, refusalOf } from '../../database/failure.ts';
import { prepare, statement, type Values } from '../../database/statement.ts';
import { eventHeads } from '../../database/tables/events.ts';
import { webhookEndpoints } from '../../database/tables/webhooks.ts';
import { type Claimed, claimedOf } from './claimed.ts';
import { SECRETS } from './secrets.ts';

/** A number of endpoints, and how many of them may be or are retries. */
export interface Share {
  places: number;
  retries: number;
}

/** What a process asks for: max endpoints to claim. */
export interface Wanted extends Share {
  /** A new token, or that of a claim whose outcome is unknown: what it claimed is claimed again. */
  lease: string;
  leaseMs: number;
  /** Max endpoints that the process may have of one account. */
  perAccount: Share;
  /** What it has already, by account. */
  held: Readonly<Record<string, Share>>;
}

export interface Claims {
  claimed: Claimed[];
  /** Whether some are due that were not claimed. */
  hasMore: boolean;
  /** Whether some were not claimed because another process was claiming them: others may be free. */
  isContended: boolean;
  /** Whether any endpoint is enabled. */
  hasEndpoints: boolean;
  /** Milliseconds until the next retry of any endpoint is due; null if there is none. */
  nextMs: number | null;
}

const param = (name: string, type: string): SQL => sql`${sql.placeholder(name)}::${sql.raw(type)}`;

const isOurs = sql`(endpoint.lease is not distinct from ${param('lease', 'text')})`;

const hasLease = sql`(endpoint.lease is not null and endpoint.lease_until > now())`;

/**
 * Returns a function that claims endpoints with something to deliver: those that wait for a first attempt before those that wait for
 * a retry, then those of accounts that have fewer, then those that have waited longest. An endpoint that another process is claiming at
 * this moment is skipped. It returns null if the database is read-only.
 */
export function claimEndpoints(db: Database): (wanted: Wanted) => Promise<Claims | null> {
  const run = prepare(db.webhook, 'claim_webhooks', statement(CLAIM), rowOf);
  return async (wanted) => {
    try {
      const { places: maxPlaces, retries: maxRetries } = wanted.perAccount;
      const given = { ...wanted, maxPlaces, maxRetries, held: JSON.stringify(wanted.held) };
      const rows = await db.webhook.queue.run(null, () => run(given));
      const [{ state } = { state: NOTHING }] = rows;
      return { ...state, claimed: rows.flatMap(({ claimed }) => claimed ?? []) };
    } catch (error) {
      if (isReadOnly(error)) return null;
      throw refusalOf(error, { isWrite: true });
    }
  };
}

const NOTHING = { nextMs: null, hasMore: false, isContended: false, hasEndpoints: false };

/** How many endpoints of an account the process has. It is looked up in an object, so that no plan compares all accounts with all endpoints. */
const heldOf = (name: keyof Share): SQL =>
  sql`coalesce((${param('held', 'jsonb')} -> pending.account_id ->> ${sql.raw(`'${name}'`)})::int, 0)`;

/**
 * Every process reads all endpoints: what changes with each delivery is in no index. `pending` are those with something to deliver, and
 * `turn` is how many endpoints of its account the process would have with this one. What the lease has claimed already comes first.
 */
const CLAIM = sql`
  with pending as materialized (
    select endpoint.account_id, endpoint.id, endpoint.failures > 0 as is_retry, endpoint.next_attempt_at, ${isOurs} as is_ours
    from ${webhookEndpoints} as endpoint
    inner join ${eventHeads} as head on head.account_id = endpoint.account_id
      and (head.last_event > endpoint.cursor or endpoint.replay_at is not null)
    where endpoint.is_enabled and (${isOurs} or not ${hasLease})
  ),
  due as (
    select *,
      ${heldOf('places')} + row_number() over (partition by account_id order by is_ours desc, is_retry, next_attempt_at) as turn,
      ${heldOf('retries')} + row_number() over (partition by account_id, is_retry order by is_ours desc, next_attempt_at) as turn_of_kind
    from pending where next_attempt_at <= now()
  ),
  fair as (
    select *, row_number() over (partition by is_retry order by is_ours desc, turn, next_attempt_at) as place
    from due
    where turn <= ${param('maxPlaces', 'int')} and (not is_retry or turn_of_kind <= ${param('maxRetries', 'int')})
  ),
  chosen as materialized (
    select account_id, id from fair where not is_retry or place <= ${param('retries', 'int')}
    order by is_ours desc, is_retry, turn, next_attempt_at limit ${param('places', 'int')}
  ),
  locked as materialized (
    select endpoint.account_id, endpoint.id from chosen
    inner join ${webhookEndpoints} as endpoint on (endpoint.account_id, endpoint.id) = (chosen.account_id, chosen.id)
    where endpoint.is_enabled and endpoint.next_attempt_at <= now() and (${isOurs} or not ${hasLease})
    for update of endpoint skip locked
  ),
  claimed as (
    update ${webhookEndpoints} as endpoint
    set lease = ${param('lease', 'text')}, lease_until = now() + make_interval(secs => ${param('leaseMs', 'float8')} / 1000)
    from locked where (endpoint.account_id, endpoint.id) = (locked.account_id, locked.id)
    returning endpoint.*
  ),
  state as (
    select date_part('epoch', min(next_attempt_at) filter (where next_attempt_at > now()) - now()) * 1000 as next_ms,
      (select count(*) from due) > (select count(*) from locked) as has_more,
      (select count(*) from chosen) > (select count(*) from locked) as is_contended,
      exists (select from ${webhookEndpoints} where account_id >= '' and is_enabled) as has_endpoints
    from pending
  )
  select next_ms, has_more, is_contended, has_endpoints, endpoint.account_id, endpoint.id, endpoint.url, endpoint.types, endpoint.cursor, endpoint.replay_at,
    endpoint.replay_until, endpoint.failures, endpoint.revision, endpoint.shows_customers, endpoint.lease, ${SECRETS}
  from state left join claimed as endpoint on true`;

function rowOf(values: Values): { state: Omit<Claims, 'claimed'>; claimed: Claimed | null } {
  const [ms, hasMore, isContended, hasEndpoints, ...endpoint] = values;
  const state = {
    nextMs: ms === null ? null : Number(ms),
    ...{ hasMore: hasMore === true, isContended: isContended === true, hasEndpoints: hasEndpoints === true },
  };
  return { state, claimed: endpoint[0] === null ? null : claimedOf(endpoint) };
}
