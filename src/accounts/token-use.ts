import { sql } from 'drizzle-orm';
import type { Database } from '../database/connect.ts';
import { refusalOf } from '../database/failure.ts';
import { prepare, statement } from '../database/statement.ts';
import { apiTokens } from '../database/tables/accounts.ts';
import { Unavailable } from '../errors/refusals.ts';
import type { Observe } from '../observation.ts';

const PAUSE_MS = 60_000;

/**
 * Writes that the tokens of `digests` were used `ages` milliseconds ago. Skips tokens that another gateway is writing, so that
 * gateways do not wait for each other. Also skips tokens whose recorded use is later or less than 30 s earlier, so that no token
 * is written more than twice a minute.
 */
const RECORD = sql`
  with due as (
    select ${apiTokens.digest}, now() - used.age * interval '1 ms' as used_at from ${apiTokens}
    join unnest(${sql.placeholder('digests')}::text[], ${sql.placeholder('ages')}::float8[]) used (digest, age)
      on used.digest = ${apiTokens.digest}
    where ${apiTokens.lastUsedAt} is null or ${apiTokens.lastUsedAt} < now() - used.age * interval '1 ms' - interval '30 s'
    for no key update of ${apiTokens} skip locked
  )
  update ${apiTokens} set last_used_at = due.used_at
  from due
  where ${apiTokens.digest} = due.digest`;

/**
 * Records when tokens were last used. The times are collected in memory and written once a minute, in one statement that no
 * request waits for. If they cannot be written, this is tried again a minute later. In a read-only database, they never are.
 */
export function tokenUse(
  db: Database,
  observe: Observe,
  { now = () => performance.now(), pauseMs = PAUSE_MS } = {},
) {
  const record = prepare(db, 'record_token_use', statement(RECORD), () => null);
  const used = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const writeLater = () => {
    timer ??= setTimeout(write, pauseMs).unref();
  };

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const entries = [...used];
    used.clear();
    if (entries.length === 0) return;
    const digests = entries.map(([digest]) => digest);
    const ages = entries.map(([, at]) => now() - at);
    try {
      await record({ digests, ages });
    } catch (error) {
      for (const [digest, at] of entries) if (!used.has(digest)) used.set(digest, at);
      writeLater();
      if (!(refusalOf(error, { isWrite: true }) instanceof Unavailable)) observe({ kind: 'fault', error });
    }
  }

  return {
    /** Notes that a token was used now. */
    note(digest: string): void {
      used.set(digest, now());
      writeLater();
    },
    /** Writes what was noted. Never throws. */
    write,
  };
}
