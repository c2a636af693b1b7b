import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** The table as the peers that use Drizzle declare it. */
export const segments = pgTable('segments', {
  account_id: text('account_id').notNull(),
  id: text('id').notNull(),
  name: text('name').notNull(),
  criteria: text('criteria').notNull(),
  description: text('description').notNull(),
  created_at: timestamp('created_at', { withTimezone: true }).notNull(),
  updated_at: timestamp('updated_at', { withTimezone: true }).notNull(),
});
