import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytewise, instant } from './columns.ts';

/** What was created under each idempotency key. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    accountId: bytewise('account_id').notNull(),
    key: bytewise('key').notNull(),
    /** The digest of the request. */
    digest: text('digest').notNull(),
    /** The id of the segment. The ids of all, with spaces between them, if one call created several; empty if their keys have them. */
    segmentId: bytewise('segment_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.key] }),
    index('idempotency_keys_by_age').on(table.createdAt),
  ],
);
