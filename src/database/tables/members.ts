import { type SQL, sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytewise, instant } from './columns.ts';

const number = (name: string) => bigint(name, { mode: 'number' });

/**
 * Draws the number of a generation. It is random, so that a generation is never used again, even if a segment is created under the id of a
 * deleted one. A sequence would need a grant of its own.
 */
export const newGeneration: SQL = sql`floor(random() * ${sql.raw(String(Number.MAX_SAFE_INTEGER))})::bigint`;

/**
 * The membership of each segment that has had members. A change of members updates the row of its segment, and so holds it until
 * the change is committed. Half of each page is left free, so that an update stays on its page and changes no index.
 */
export const memberships = pgTable(
  'memberships',
  {
    accountId: bytewise('account_id').notNull(),
    segmentId: bytewise('segment_id').notNull(),
    /** Members of other generations are not members: a replacement of all members makes them a new generation. */
    generation: number('generation').notNull().default(newGeneration),
    count: integer('count').notNull().default(0),
    /** The greatest place that was given to a member. */
    lastPlace: number('last_place').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.segmentId] })],
);

/**
 * The members of all segments. The key begins with the customer, so that it finds one member as well as all segments of a customer, in
 * the order of their ids. The other index lists the members of a segment in the order in which they joined.
 */
export const members = pgTable(
  'members',
  {
    accountId: bytewise('account_id').notNull(),
    segmentId: bytewise('segment_id').notNull(),
    generation: number('generation').notNull(),
    customerId: bytewise('customer_id').notNull(),
    /** Greater than that of every member that joined the segment before. */
    place: number('place').notNull(),
    joinedAt: instant('joined_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.customerId, table.segmentId, table.generation] }),
    uniqueIndex('members_by_place').on(table.accountId, table.segmentId, table.generation, table.place),
  ],
);

/** Generations that nobody can see: of deleted segments, of replaced members, and of replacements that are under way. */
export const memberLeftovers = pgTable(
  'member_leftovers',
  {
    accountId: bytewise('account_id').notNull(),
    segmentId: bytewise('segment_id').notNull(),
    generation: number('generation').notNull(),
    /** When its members can be deleted. It is postponed while a replacement is under way. */
    removableAt: instant('removable_at').notNull().defaultNow(),
    /** The place up to which its members have been deleted. */
    removedTo: number('removed_to').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.segmentId, table.generation] }),
    index('member_leftovers_by_time').on(table.removableAt),
  ],
);
