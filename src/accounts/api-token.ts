import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, or, sql } from 'drizzle-orm';
import pg from 'pg';
import type { Database } from '../database/connect.ts';
import { statement } from '../database/statement.ts';
import { apiTokens } from '../database/tables/accounts.ts';
import type { Observe } from '../observation.ts';
import { WrongConfig } from '../wrong-config.ts';
import { digestOf } from './token.ts';
import { API_TOKEN, isLive, SUCCESSOR } from './token-store.ts';
import { DEFAULT_ACCOUNT, SCOPES } from './viewer.ts';

/** The database's record of the token that the environment sets. */
export interface ApiToken {
  id: string;
  /** When it ends or ended: its expiry or its revocation, whichever comes first. Null if it does not end. */
  endsAt: Date | null;
  isLive: boolean;
}

/** Key of the advisory lock, which differs from those of all other locks. */
const LOCK = Number.parseInt('apitoken', 36);
/** How long to wait for gateways that start at the same time. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

const isConfigured = and(eq(apiTokens.name, API_TOKEN), eq(apiTokens.accountId, DEFAULT_ACCOUNT), isLive);

/**
 * Makes a secret of the environment the only API_TOKEN: a token of the account `default` with every scope. The previous
 * API_TOKEN is revoked, and gateways refuse it as soon as their caches expire. A token that has ended stays ended and does not
 * replace the current one. So neither a restart with a revoked token nor a gateway of a rolling deploy that still has the old
 * value brings it back. A scope that this version added is given to it. If nothing changes, nothing is written, so a read-only database is sufficient. Throws WrongConfig if the
 * token was created for another purpose.
 */
export async function configureApiToken(db: Database, token: string, observe: Observe): Promise<ApiToken> {
  const digest = digestOf(token);
  const { mine, hasOthers } = await stateOf(db, digest);
  const isCurrent = mine?.name === API_TOKEN && !lacksScope(mine.scopes);
  if (mine && (!mine.isLive || (!hasOthers && isCurrent))) return mine;
  try {
    await replace(db, digest);
  } catch (error) {
    if (!mine) throw error;
    observe({ kind: 'fault', error }); // the token is valid, but others may still be valid too
  }
  return (await stateOf(db, digest)).mine ?? { id: '', endsAt: null, isLive: false };
}

/** Names of tokens that have every scope, including those that were added after the token was stored. */
const DEDICATED: ReadonlySet<string> = new Set([API_TOKEN, SUCCESSOR]);

/** Whether a token lacks a scope, for example because it was stored before that scope existed. */
const lacksScope = (scopes: readonly string[]) => SCOPES.some((scope) => !scopes.includes(scope));

async function stateOf(db: Database, digest: string) {
  const { id, name, accountId, scopes, expiresAt, revokedAt } = apiTokens;
  const isMine = eq(apiTokens.digest, digest);
  const rows = await db
    .select({
      id,
      name,
      accountId,
      scopes,
      endsAt: sql<Date | null>`least(${revokedAt}, ${expiresAt})`.mapWith(expiresAt),
      isLive: sql<boolean>`${isLive}`,
      isMine: sql<boolean>`${isMine}`,
    })
    .from(apiTokens)
    .where(or(isMine, isConfigured));
  const mine = rows.find((row) => row.isMine);
  if (
    mine &&
    (mine.accountId !== DEFAULT_ACCOUNT || (!DEDICATED.has(mine.name) && lacksScope(mine.scopes)))
  ) {
    throw new WrongConfig(
      `API_TOKEN must be a dedicated token, such as \`segments token new\` prints; it is the token ${mine.id} of the account ${JSON.stringify(mine.accountId)}, which was created for ${mine.scopes.join(' and ')}.`,
    );
  }
  return { mine, hasOthers: rows.some((row) => !row.isMine) };
}

/** Runs in one transaction under a lock. If gateways start with different values at once, only the last value stays valid. */
async function replace(db: Database, digest: string): Promise<void> {
  const values = [digest, randomUUID(), DEFAULT_ACCOUNT, API_TOKEN].map(pg.escapeLiteral);
  const scopes = `array[${SCOPES.map(pg.escapeLiteral).join(', ')}]`;
  const [mine, , account, name] = values;
  const { sql: live } = statement(sql`${isLive}`).toSQL();
  const text = `
    select pg_advisory_xact_lock(${LOCK});
    insert into api_tokens (digest, id, account_id, name, scopes) values (${values.join(', ')}, ${scopes})
      on conflict (digest) do update set name = excluded.name, scopes = excluded.scopes
      where (api_tokens.name, api_tokens.scopes) is distinct from (excluded.name, excluded.scopes);
    update api_tokens set revoked_at = now()
      where name = ${name} and account_id = ${account} and digest <> ${mine} and ${live}
        and exists (select from api_tokens where digest = ${mine} and ${live});`;
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await db.$client.query(text);
      return;
    } catch (error) {
      const isBusy = error instanceof pg.DatabaseError && error.code === '55P03';
      if (!isBusy || performance.now() > end) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
