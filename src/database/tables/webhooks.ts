import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytewise, instant, place } from './columns.ts';

/**
 * The webhook endpoints of all accounts. Each is a consumer of its account's event log, and its cursor says how far it has come.
 * The columns that change with each delivery are in no index, and half of each page is left free, so that an update stays on its page.
 */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    accountId: bytewise('account_id').notNull(),
    id: bytewise('id').notNull(),
    /** In the normal form of the WHATWG standard, at most 2,048 ASCII characters. */
    url: bytewise('url').notNull(),
    /** The types of the events to deliver, as an array; null for all. */
    types: json('types'),
    createdAt: instant('created_at').notNull().defaultNow(),
    isEnabled: boolean('is_enabled').notNull().default(true),
    /** Whether the last attempt failed. */
    isFailing: boolean('is_failing').notNull().default(false),
    /** The last event that was delivered, given up or excluded by the types. */
    cursor: place('cursor').notNull(),
    /** Events after `replayAt`, up to `replayUntil`, are delivered again before new ones. Both are null if there is no replay. */
    replayAt: place('replay_at'),
    replayUntil: place('replay_until'),
    /** How many attempts to deliver the next event have failed. */
    failures: integer('failures').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at').notNull().defaultNow(),
    /** The claim of the process that delivers to the endpoint, which ends at `leaseUntil` unless it is extended. */
    lease: text('lease'),
    leaseUntil: instant('lease_until'),
    /** Increases with each change that a caller makes, so that an attempt in flight knows that it is outdated. */
    revision: integer('revision').notNull().default(1),
    secret: text('secret').notNull(),
    /** Also signs until `previousSecretUntil`. */
    previousSecret: text('previous_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    /** Whether deliveries have the customers of changes of members: the caller who set the URL was allowed to read members. */
    showsCustomers: boolean('shows_customers').notNull(),
    /** The last failed attempt: see `Attempt`. */
    lastError: json('last_error'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('webhook_endpoints_by_url').on(table.accountId, table.url),
  ],
);

/** The result of each event that was sent to an endpoint. Rows of deleted endpoints stay until they are too old. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    accountId: bytewise('account_id').notNull(),
    endpointId: bytewise('endpoint_id').notNull(),
    /** The place of the event in the log. */
    n: place('n').notNull(),
    eventId: bytewise('event_id').notNull(),
    type: text('type').notNull(),
    /** PENDING while it is tried again, DELIVERED, or FAILED if it was given up. */
    status: text('status').notNull(),
    /** The last 20 attempts, oldest first: see `Attempt`. */
    attempts: jsonb('attempts').notNull(),
    /** When the last attempt ended. */
    attemptedAt: instant('attempted_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.endpointId, table.n] }),
    // Few deliveries are not delivered, so the deliveries of these statuses are found without reading all the others.
    index('webhook_deliveries_undelivered')
      .on(table.accountId, table.endpointId, table.status, table.n)
      .where(sql`${table.status} <> 'DELIVERED'`),
    index('webhook_deliveries_by_age').on(table.attemptedAt),
  ],
);
