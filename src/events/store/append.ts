import { type SQL, sql } from 'drizzle-orm';
import { eventHeads, events } from '../../database/tables/events.ts';
import type { EventType } from '../event.ts';

/**
 * A CTE that marks the transaction as logging its own writes. Otherwise, a trigger would log them again. The written rows must be
 * selected from `noted`, so that Postgres evaluates it before the first write.
 */
export const NOTED: SQL = sql`noted as materialized (select set_config('segments.events', 'written', true))`;

/** An event, as SQL on the CTE `written`. */
interface Appended {
  /** The type, or an expression for it. */
  type: EventType | SQL;
  version: SQL;
  /** The row after the write, as JSON; null if it was deleted. */
  segment: SQL;
  /** What the change consists of, as JSON. */
  details?: SQL;
}

/**
 * Returns CTEs that append an event for each row of the CTE `written`. That CTE must have the columns of the segment, the place in
 * the batch as `n`, and the columns of `ORIGIN`.
 *
 * The rows of `event_heads` are locked after the rows of segments and keys, in the byte order of the accounts, so that two
 * statements cannot deadlock. The collation must be explicit. The account ids of new segments come from an array, so Postgres would
 * sort them by the collation of the database. Those of stored segments would be sorted by the collation of the column.
 */
export const appendEvents = ({ type, version, segment, details = sql`null::json` }: Appended): SQL => sql`
  heads as (
    insert into ${eventHeads} as head (account_id, last_event)
    select account_id, count(*) from written group by account_id order by account_id collate "C"
    on conflict (account_id) do update set last_event = head.last_event + excluded.last_event
    returning account_id, last_event
  ),
  logged as (
    insert into ${events} (account_id, n, type, segment_id, version, request_id, actor, segment, before, is_erasing)
    select written.account_id,
      heads.last_event + 1 - row_number() over (partition by written.account_id order by written.n desc),
      ${typeof type === 'string' ? sql.raw(`'${type}'`) : type}, written.id, ${version}, written.request_id, written.actor::json, ${segment}, ${details},
      ${sql.raw(String(type === 'SEGMENT_DELETED'))}
    from written inner join heads on heads.account_id = written.account_id
  )`;
