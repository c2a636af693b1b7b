import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

/** Text in byte order, whatever the server's locale: an index that no upgrade of a locale can break. */
const bytewise = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** Milliseconds, as a cursor holds them: finer times would let a page skip rows. */
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/**
 * Stands for criteria in an index, which cannot hold texts of any length: 128 bits of their SHA-256, so that nobody can find
 * two texts with one digest. `md5` fails on servers in FIPS mode. Unlike a cast or `convert_to`, `decode` is immutable; a
 * backslash, which it would read as the start of an escape, is written twice. As `chr(92)`, because servers differ in how they read one.
 */
export const digestOf = (criteria: AnyPgColumn | SQL): SQL =>
  sql`substr(sha256(decode(replace(${criteria}, chr(92), chr(92) || chr(92)), 'escape')), 1, 16)`;

/**
 * The account leads every key, so one index serves retrieve, list and cursors. An id begins with the
 * milliseconds of its creation: its order is its age.
 * The indexes are plain ascending ones: `DESC NULLS LAST`, which `.desc()` makes, can't serve `ORDER BY … DESC`.
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
    /** 1 when it is made, and one more with every change. */
    version: integer('version').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    index('segments_by_name').on(table.accountId, table.name, table.id),
    index('segments_by_update').on(table.accountId, table.updatedAt, table.id),
    index('segments_by_criteria').on(table.accountId, digestOf(table.criteria), table.id).concurrently(),
  ],
);

/** Creations that may be asked for again: what was made under a key, and of which request. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    accountId: bytewise('account_id').notNull(),
    key: bytewise('key').notNull(),
    /** Of what was asked. */
    digest: text('digest').notNull(),
    segmentId: bytewise('segment_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.key] }),
    index('idempotency_keys_by_age').on(table.createdAt),
  ],
);

/** Who may call. Of the token itself only the digest is kept. */
export const apiTokens = pgTable('api_tokens', {
  digest: bytewise('digest').primaryKey(),
  id: bytewise('id').notNull().unique(),
  accountId: bytewise('account_id').notNull(),
  name: text('name').notNull(),
  scopes: text('scopes').array().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  /** To about a minute; null: never, or not since this was kept. */
  lastUsedAt: instant('last_used_at'),
});

/** What callers have spent of their rate limit, where all gateways count together. */
export const rateLimits = pgTable('rate_limits', {
  key: bytewise('key').primaryKey(),
  points: integer('points').notNull().default(0),
  /** Milliseconds since 1970. */
  expire: bigint('expire', { mode: 'number' }),
});
