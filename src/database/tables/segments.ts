import { type SQL, sql } from 'drizzle-orm';
import { type AnyPgColumn, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytewise, instant } from './columns.ts';

/**
 * The segments of all accounts. The account is the first column of every key, so one index serves reads by id, lists and
 * cursors. Ids sort by age, because an id begins with the milliseconds of its creation.
 * The indexes are plain ascending ones: Postgres cannot use `DESC NULLS LAST`, which `.desc()` creates, for `ORDER BY … DESC`.
 */
export const segments = pgTable(
  'segments',
  {
    accountId: bytewise('account_id').notNull(),
    id: bytewise('id').notNull(),
    name: bytewise('name').notNull(),
    criteria: text('criteria').notNull(),
    description: text('description').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Starts at 1 and increases by one with every change. */
    version: integer('version').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    index('segments_by_name').on(table.accountId, table.name, table.id),
    index('segments_by_update').on(table.accountId, table.updatedAt, table.id),
    index('segments_by_criteria')
      .on(table.accountId, criteriaDigest(table.criteria), table.id)
      .concurrently(),
  ],
);

/**
 * Returns the digest that an index contains instead of criteria, which are too long for an index: 128 bits of their SHA-256,
 * so that nobody can find two texts with the same digest. `md5` fails on servers in FIPS mode. `decode` is immutable, unlike a
 * cast or `convert_to`. It would read a backslash as the start of an escape, so backslashes are doubled. They are written as
 * `chr(92)`, because servers differ in how they read a backslash in a literal.
 */
export function criteriaDigest(criteria: AnyPgColumn | SQL): SQL {
  return sql`substr(sha256(decode(replace(${criteria}, chr(92), chr(92) || chr(92)), 'escape')), 1, 16)`;
}
