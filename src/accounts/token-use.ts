import { sql } from 'drizzle-orm';
import type { Database } from '../database/connect.ts';
import { refusalOf } from '../database/failure.ts';
import { prepare, statement } from '../database/statement.ts';
import { apiTokens } from '../database/tables.ts';
import { Unavailable } from '../errors.ts';

const PAUSE_MS = 60_000;

/**
 * Tokens of `digests` that were used so many milliseconds ago. Those that another gateway is writing now, or wrote within the
 * last half minute, are left out: gateways neither wait for each other nor write one token more often than that.
 */
const RECORD = sql`
  with due as (
    select ${apiTokens.digest} from ${apiTokens}
    where ${apiTokens.digest} = any(${sql.placeholder('digests')}::text[])
      and (${apiTokens.lastUsedAt} is null or ${apiTokens.lastUsedAt} < now() - interval '30 s')
    for no key update skip locked
  )
  update ${apiTokens} set last_used_at = now() - used.age * interval '1 ms'
  from unnest(${sql.placeholder('digests')}::text[], ${sql.placeholder('ages')}::float8[]) used (digest, age)
  join due on due.digest = used.digest
  where ${apiTokens.digest} = used.digest`;

/**
 * Keeps when tokens were last used: in memory first, then once a minute for all tokens of this gateway in one statement,
 * which no request waits for. What cannot be written is tried again a minute later; a database that only reads never has it.
 */
export function tokenUse(db: Database, onFault: (fault: unknown) => void) {
  const record = prepare(db, 'record_token_use', statement(RECORD), () => null);
  const used = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const entries = [...used];
    used.clear();
    if (entries.length === 0) return;
    const digests = entries.map(([digest]) => digest);
    const ages = entries.map(([, at]) => performance.now() - at);
    try {
      await record({ digests, ages });
    } catch (error) {
      for (const [digest, at] of entries) if (!used.has(digest)) used.set(digest, at);
      if (!(refusalOf(error, { isWrite: true }) instanceof Unavailable)) onFault(error);
    }
  }

  return {
    /** Takes down that a token is used now. */
    note(digest: string): void {
      used.set(digest, performance.now());
      timer ??= setTimeout(write, PAUSE_MS).unref();
    },
    /** Writes what was taken down. Throws nothing. */
    write,
  };
}
