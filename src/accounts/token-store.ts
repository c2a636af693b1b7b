import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import { batch } from '../database/batch.ts';
import type { Database } from '../database/connect.ts';
import { oncePerTurn } from '../database/once-per-turn.ts';
import { milliseconds, prepare } from '../database/statement.ts';
import { apiTokens } from '../database/tables/accounts.ts';
import type { Observe } from '../observation.ts';
import { type Grant, grantOf } from './grant.ts';
import { digestOf, newToken } from './token.ts';
import { tokenUse } from './token-use.ts';

export interface TokenDraft {
  accountId: string;
  name: string;
  scopes: readonly string[];
  expiresAt: Date | null;
}

/** A token that replaces another one. */
export interface Rotated {
  token: string;
  id: string;
  accountId: string;
  expiresAt: Date | null;
  oldEndsAt: Date;
}

/** Name of the token that the environment sets. `segments token create` refuses this name. */
export const API_TOKEN = 'API_TOKEN';
/** Name of a token that was rotated from it, so that a start with the old value does not revoke the new token. */
export const SUCCESSOR = 'successor of API_TOKEN';

export type TokenRecord = Omit<typeof apiTokens.$inferSelect, 'digest'>;
export type TokenStore = ReturnType<typeof tokenStore>;

/** All columns of a token except its digest. */
const SHOWN = {
  id: apiTokens.id,
  accountId: apiTokens.accountId,
  name: apiTokens.name,
  scopes: apiTokens.scopes,
  createdAt: apiTokens.createdAt,
  expiresAt: apiTokens.expiresAt,
  revokedAt: apiTokens.revokedAt,
  lastUsedAt: apiTokens.lastUsedAt,
};

/**
 * The store of API tokens. Tokens are looked up by digest, and all lookups of one turn of the event loop share a statement. The
 * time of their last use is recorded; `observe` receives the faults of recording it.
 */
export function tokenStore(db: Database, observe: Observe = () => {}) {
  const use = tokenUse(db, observe);
  const { digest, id, accountId, name, scopes, expiresAt } = apiTokens;
  const live = db
    .select({ digest, id, accountId, name, scopes, left: milliseconds(sql`${expiresAt} - now()`) })
    .from(apiTokens)
    .where(and(sql`${digest} = any(${sql.placeholder('digests')}::text[])`, isLive));
  const find = prepare(db, 'find_api_tokens', live, grantOf);

  return {
    /** Returns the grant of a digest; null if the token is unknown, expired or revoked. */
    find: oncePerTurn(
      batch<string, Grant | null>(
        db,
        async (digests) => {
          const grants = new Map(await find({ digests }));
          for (const digest of grants.keys()) use.note(digest);
          return digests.map((digest) => grants.get(digest) ?? null);
        },
        { accountOf: () => null },
      ),
    ),

    /** Writes immediately which tokens were used, which otherwise happens once a minute. Never throws. */
    writeUse: use.write,

    /** Creates a token and returns it. Only its digest is stored, so this is the only time that it is shown. */
    async create(draft: TokenDraft): Promise<{ token: string; id: string }> {
      const token = newToken();
      const id = randomUUID();
      await db.insert(apiTokens).values({ ...draft, id, digest: digestOf(token), scopes: [...draft.scopes] });
      return { token, id };
    },

    /**
     * Creates a token like an existing one. The existing one ends after an overlap at the latest; until then, both are valid. The
     * new token gets the same lifetime, counted from now. Returns null if there is no such token or it has ended.
     */
    async rotate(id: string, overlapMs: number): Promise<Rotated | null> {
      const token = newToken();
      const made = { token, id: randomUUID() };
      const { rows } = await db.execute<{
        account_id: string;
        expires_at: string | null;
        old_ends_at: string;
      }>(sql`
        with old as (
          select * from ${apiTokens} where ${apiTokens.id} = ${id} and ${isLive} for update
        ), ending as (
          update ${apiTokens} set expires_at = least(${apiTokens.expiresAt}, now() + ${overlapMs}::float8 * interval '1 ms')
          from old where ${apiTokens.digest} = old.digest returning ${apiTokens.expiresAt}
        )
        insert into ${apiTokens} (digest, id, account_id, name, scopes, expires_at)
        select ${digestOf(token)}, ${made.id}, account_id, case name when ${API_TOKEN} then ${SUCCESSOR} else name end, scopes,
          now() + (expires_at - created_at)
        from old returning account_id, expires_at, (select expires_at from ending) as old_ends_at`);
      const [row] = rows;
      if (!row) return null;
      const expiresAt = row.expires_at === null ? null : new Date(row.expires_at);
      return { ...made, accountId: row.account_id, expiresAt, oldEndsAt: new Date(row.old_ends_at) };
    },

    list: (): Promise<TokenRecord[]> =>
      db.select(SHOWN).from(apiTokens).orderBy(asc(apiTokens.createdAt), asc(apiTokens.id)),

    /** Revokes a token, which gateways refuse as soon as their caches expire. Returns whether it exists. */
    async revoke(id: string): Promise<boolean> {
      const revoked = await db
        .update(apiTokens)
        .set({ revokedAt: sql`coalesce(${apiTokens.revokedAt}, now())` })
        .where(eq(apiTokens.id, id))
        .returning({ id: apiTokens.id });
      return revoked.length > 0;
    },
  };
}

/** Matches a token that is neither revoked nor expired. */
export const isLive: SQL | undefined = and(
  isNull(apiTokens.revokedAt),
  or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, sql`now()`)),
);
