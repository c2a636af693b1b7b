import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import { batch } from '../database/batch.ts';
import type { Database } from '../database/connect.ts';
import { milliseconds, prepare, type Values } from '../database/statement.ts';
import { apiTokens } from '../database/tables.ts';
import { digestOf, newToken } from './token.ts';
import { SCOPES, type Viewer } from './viewer.ts';

/** What a token's digest leads to, and for how long yet: without end where it does not expire. */
export interface Grant {
  viewer: Viewer;
  millisecondsLeft: number;
}

export interface TokenDraft {
  accountId: string;
  name: string;
  scopes: readonly string[];
  expiresAt: Date | null;
}

export type TokenRecord = Omit<typeof apiTokens.$inferSelect, 'digest'>;
export type TokenStore = ReturnType<typeof tokenStore>;

/** All of a token but its digest. */
const SHOWN = {
  id: apiTokens.id,
  accountId: apiTokens.accountId,
  name: apiTokens.name,
  scopes: apiTokens.scopes,
  createdAt: apiTokens.createdAt,
  expiresAt: apiTokens.expiresAt,
  revokedAt: apiTokens.revokedAt,
};

/** The API tokens: looked up by digest, all of one turn in one statement; made, listed and revoked by hand. */
export function tokenStore(db: Database) {
  const { digest, id, accountId, scopes, expiresAt } = apiTokens;
  const live = db
    .select({ digest, id, accountId, scopes, left: milliseconds(sql`${expiresAt} - now()`) })
    .from(apiTokens)
    .where(and(sql`${digest} = any(${sql.placeholder('digests')}::text[])`, isLive));
  const find = prepare(db, 'find_api_tokens', live, grantOf);

  return {
    /** The grant of a digest; null alike for one unknown, expired or revoked. */
    find: batch<string, Grant | null>(
      db,
      async (digests) => {
        const grants = new Map(await find({ digests }));
        return digests.map((digest) => grants.get(digest) ?? null);
      },
      { accountOf: () => null },
    ),

    /** Makes a token and gives it back, for the only time. */
    async create(draft: TokenDraft): Promise<{ token: string; id: string }> {
      const token = newToken();
      const id = randomUUID();
      await db.insert(apiTokens).values({ ...draft, id, digest: digestOf(token), scopes: [...draft.scopes] });
      return { token, id };
    },

    /**
     * Makes sure that a given secret opens an account with every scope, also if it was revoked before. Writes only where
     * it does not: a database that only reads will do.
     */
    async ensure(token: string, accountId: string): Promise<void> {
      const [[, grant] = []] = await find({ digests: [digestOf(token)] });
      const { viewer, millisecondsLeft } = grant ?? {};
      const isGranted = viewer?.accountId === accountId && SCOPES.every((scope) => viewer.scopes.has(scope));
      if (isGranted && millisecondsLeft === Infinity) return;
      const granted = { accountId, scopes: [...SCOPES], expiresAt: null, revokedAt: null };
      await db
        .insert(apiTokens)
        .values({ ...granted, id: randomUUID(), digest: digestOf(token), name: 'API_TOKEN' })
        .onConflictDoUpdate({ target: apiTokens.digest, set: granted });
    },

    list: (): Promise<TokenRecord[]> =>
      db.select(SHOWN).from(apiTokens).orderBy(asc(apiTokens.createdAt), asc(apiTokens.id)),

    /** Whether there was such a token to revoke. Gateways refuse it within the life of their cache. */
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

const isLive: SQL | undefined = and(
  isNull(apiTokens.revokedAt),
  or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, sql`now()`)),
);

function grantOf([digest, id, accountId, scopes, left]: Values): [string, Grant] {
  const viewer = {
    accountId: String(accountId),
    callerId: String(digest),
    tokenId: String(id),
    scopes: new Set(Array.isArray(scopes) ? scopes : []),
  };
  return [String(digest), { viewer, millisecondsLeft: left === null ? Infinity : Number(left) }];
}
