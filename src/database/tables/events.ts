import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import { bytewise, instant, place } from './columns.ts';

/**
 * The ends of each account's log. A write updates the row of its account in its own statement, and so holds it until it
 * commits: numbers have no gaps, and their order is the order of the commits. Half of each page is left free, so that an
 * update stays on its page and changes no index.
 */
export const eventHeads = pgTable('event_heads', {
  accountId: bytewise('account_id').primaryKey(),
  /** The newest event. */
  lastEvent: place('last_event').notNull(),
  /** The newest event that is no longer kept; 0 if all are. */
  prunedTo: place('pruned_to').notNull().default(0),
});

/** What happened to the segments of all accounts. */
export const events = pgTable(
  'events',
  {
    accountId: bytewise('account_id').notNull(),
    /** 1 for the first event of an account, one more for each that follows. */
    n: place('n').notNull(),
    type: text('type').notNull(),
    segmentId: bytewise('segment_id').notNull(),
    /** Of the segment, after the change. */
    version: integer('version').notNull(),
    occurredAt: instant('occurred_at').notNull().defaultNow(),
    requestId: bytewise('request_id').notNull(),
    /** Who made the change: `{kind, id, name}`. */
    actor: json('actor').notNull(),
    /** The segment after the change; null once it has been deleted. */
    segment: json('segment'),
    /**
     * What the change consists of. For an update, the former values of the properties that it changed, each in an array:
     * `{"name":["x"]}`. For a change of members, the customers: `{"customer_ids":["c1"]}`.
     */
    details: json('before'),
    /** True for the deletion of a segment whose earlier events still have contents. */
    isErasing: boolean('is_erasing').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.n] }),
    index('events_by_segment').on(table.accountId, table.segmentId, table.n),
    index('events_by_request').on(table.accountId, table.requestId, table.n),
    index('events_erasing').on(erasingKey(table.accountId, table.segmentId)).where(sql`${table.isErasing}`),
  ],
);

/**
 * Returns the key by which an index finds the deletion of a segment whose events still have contents. Neither id has a space. The key
 * is an expression, so that no other index fits: with the two columns, Postgres may read all events of a segment from
 * `events_by_segment` to find its deletion, for each event that it returns.
 */
export function erasingKey(accountId: AnyPgColumn | SQL, segmentId: AnyPgColumn | SQL): SQL {
  return sql`(${accountId} || ' ' || ${segmentId})`;
}
