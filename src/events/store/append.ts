import { type SQL, sql } from 'drizzle-orm';
import { eventHeads, events } from '../../database/tables/events.ts';
import type { EventType } from '../event.ts';

/**
 * Begins a statement that logs its own writes: without this, a trigger would log them once more. The rows that are written
 * must be selected from `noted`, so that it is done before the first of them.
 */
export const NOTED: SQL = sql`noted as materialized (select set_config('segments.events', 'written', true))`;

/** An event, as SQL on the CTE `written`. */
interface Appended {
  type: EventType;
  version: SQL;
  /** The row after the write, as JSON; null if it was deleted. */
  segment: SQL;
  /** What an update changed. */
  before?: SQL;
}

/**
 * Returns CTEs that append an event for each row of the CTE `written`. It has the columns of the segment, `n`, the place in the
 * batch, and those of `ORIGIN`.
 *
 * The rows of `event_heads` are locked here, after those of segments and keys and in the order of the accounts, so that two
 * statements cannot deadlock. The order is that of the bytes: the ids of a new segment come from an array and would be sorted
 * by the collation of the database, those of a stored one by that of its column.
 */
export const appendEvents = ({ type, version, segment, before = sql`null::json` }: Appended): SQL => sql`
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
      ${sql.raw(`'${type}'`)}, written.id, ${version}, written.request_id, written.actor::json, ${segment}, ${before},
      ${sql.raw(String(type === 'SEGMENT_DELETED'))}
    from written inner join heads on heads.account_id = written.account_id
  )`;
