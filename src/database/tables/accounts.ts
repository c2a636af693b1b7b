import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytewise, instant } from './columns.ts';

/** The API tokens. Only the digest of a token is stored. */
export const apiTokens = pgTable('api_tokens', {
  digest: bytewise('digest').primaryKey(),
  id: bytewise('id').notNull().unique(),
  accountId: bytewise('account_id').notNull(),
  name: text('name').notNull(),
  scopes: text('scopes').array().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  /** Accurate to about a minute. Null if the token was never used, or not since this column was added. */
  lastUsedAt: instant('last_used_at'),
});

/** What callers have spent of their rate limit, if all gateways count together. */
export const rateLimits = pgTable('rate_limits', {
  key: bytewise('key').primaryKey(),
  points: integer('points').notNull().default(0),
  /** Milliseconds since 1970. */
  expire: bigint('expire', { mode: 'number' }),
});
