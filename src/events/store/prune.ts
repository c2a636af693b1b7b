import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/connect.ts';
import { mayFailForSome, refusalOf } from '../../database/failure.ts';
import { pieces } from '../../database/pieces.ts';
import { eventHeads, events } from '../../database/tables/events.ts';
import type { Observe } from '../../observation.ts';

interface Options {
  /** How long events are kept. */
  days: number;
  /** Receives why the events of an account could not be deleted. */
  observe: Observe;
}

/** Max accounts that one statement checks, and max events that one statement deletes. Both take a small part of its time limit. */
const PAGE = 500;
const PIECE = 1_000;
/** Key of the advisory lock, which differs from those of all other locks. */
const LOCK = Number.parseInt('prune', 36);

/**
 * Whether it is this gateway's turn. Each statement holds the lock until it ends. A gateway that finds the lock taken ends its run,
 * so usually only one gateway prunes. The lock only saves work: pruning is correct without it.
 */
const TURN: SQL = sql`turn as materialized (select pg_try_advisory_xact_lock(${sql.raw(String(LOCK))}) as is_ours)`;

/** Whether an event is older than the retention, in hours, because a day can have 23. */
const isOld = (occurredAt: SQL): SQL =>
  sql`${occurredAt} < now() - make_interval(hours => ${sql.placeholder('hours')}::int)`;

/**
 * Returns a function that deletes old events, account by account and piece by piece, until none is left or its signal is aborted. It
 * returns how many it deleted. If the events of an account cannot be deleted, it continues with the next account. An interrupted
 * run is continued by the next one.
 */
export function pruneEvents(db: Database, { days, observe }: Options) {
  const look = pieces(db, accountsQuery, PAGE, ([isOurs, count, last, due, isLast]) => ({
    isOurs: isOurs === true,
    count: Number(count),
    last: String(last),
    due: Array.isArray(due) ? due.map(String) : [],
    isLast: isLast === true,
  }));
  const prune = pieces(db, pruneQuery, PIECE, ([isOurs, count, isDone]) => ({
    isOurs: isOurs === true,
    count: Number(count),
    isDone: isDone === true,
  }));
  const hours = days * 24;
  let after = '';

  return async (signal?: AbortSignal): Promise<number> => {
    let total = 0;

    /** Returns whether to go on with the next account. */
    const pruneAccount = async (accountId: string): Promise<boolean> => {
      while (!signal?.aborted) {
        const [piece] = (await prune({ accountId, hours })) ?? [];
        if (!piece?.isOurs) return false;
        total += piece.count;
        if (piece.isDone) return true;
      }
      return false;
    };

    while (!signal?.aborted) {
      const [page] = (await look({ after, hours }).catch(refuse)) ?? [];
      if (!page?.isOurs) return total;
      for (const accountId of page.due) {
        const mayGoOn = await pruneAccount(accountId).catch((error: unknown) => {
          if (!mayFailForSome(error)) return refuse(error);
          observe({ kind: 'fault', error: refusalOf(error, { isWrite: true }) });
          return true;
        });
        if (!mayGoOn) return total;
      }
      after = page.isLast ? '' : page.last;
      if (page.isLast) return total;
    }
    return total;
  };
}

const refuse = (error: unknown): never => {
  throw refusalOf(error, { isWrite: true });
};

/** The next accounts, and which of them have old events. An account that has none costs one search in an index. */
const accountsQuery: SQL = sql`
  with ${TURN},
  page as materialized (
    select head.account_id, head.pruned_to from ${eventHeads} as head
    where head.account_id > ${sql.placeholder('after')}::text and (select is_ours from turn)
    order by head.account_id limit ${sql.placeholder('size')}::int
  )
  select turn.is_ours, count(page.*), max(page.account_id), array(
    select page.account_id from page where ${isOld(sql`(
      select event.occurred_at from ${events} as event
      where event.account_id = page.account_id and event.n > page.pruned_to order by event.n limit 1
    )`)}
  ), count(page.*) < ${sql.placeholder('size')}::int
  from turn left join page on true group by turn.is_ours`;

/**
 * Deletes the oldest events of an account up to the first one that is still kept, so that what is left of the log has no gap.
 * Events are in the order of their commits, and times are those at which transactions began. So an old event behind a recent one
 * is kept until that one is old. The end of the log moves in the same statement: no reader can see one without the other.
 * The row of the account stays for ever, because the number of an event is never used again.
 */
const pruneQuery: SQL = sql`
  with ${TURN},
  piece as materialized (
    select event.n, ${isOld(sql`event.occurred_at`)} as is_old from ${events} as event
    where event.account_id = ${sql.placeholder('accountId')}::text and (select is_ours from turn)
      and event.n > (select head.pruned_to from ${eventHeads} as head where head.account_id = ${sql.placeholder('accountId')}::text)
    order by event.n limit ${sql.placeholder('size')}::int
  ),
  part as materialized (
    select min(n) as first, coalesce(min(n) filter (where not is_old) - 1, max(n)) as last,
      count(*) < ${sql.placeholder('size')}::int or not bool_and(is_old) as is_done
    from piece
  ),
  pruned as (
    delete from ${events} as event where event.account_id = ${sql.placeholder('accountId')}::text
      and event.n >= (select first from part) and event.n <= (select last from part)
    returning event.n
  ),
  moved as (
    update ${eventHeads} as head set pruned_to = newest.n from (select max(n) as n from pruned) as newest
    where head.account_id = ${sql.placeholder('accountId')}::text and head.pruned_to < newest.n
  )
  select turn.is_ours, (select count(*) from pruned), part.is_done from turn cross join part`;
