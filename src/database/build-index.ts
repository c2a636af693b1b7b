import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Wait } from './connect-when-ready.ts';

/** How long a build may take before it is reported. */
const REPORT_MS = 5_000;
const BUILDING = 'an index is being built, which waits for every open transaction';

/** Pause between checks of a build that another session started. */
const POLL_MS = 250;

const CONCURRENTLY = /^\s*create\s+(?:unique\s+)?index\s+concurrently\s+"(\w+)"/i;

/** Returns the name of the index that a statement builds concurrently; undefined for any other statement. */
export const indexIn = (statement: string): string | undefined => CONCURRENTLY.exec(statement)?.[1];

/**
 * Builds an index without blocking reads or writes. An interrupted build leaves an index that Postgres keeps writing but never
 * reads; it is dropped and built again. If a build is still running although its client is gone, waits for it.
 */
export async function buildIndex(
  client: pg.Client,
  statement: string,
  { observe, signal }: Partial<Wait>,
): Promise<void> {
  const name = indexIn(statement);
  if (name === undefined)
    throw new Error(`A migration that builds an index must contain nothing else: ${statement}`);
  for (let isFirst = true; ; isFirst = false) {
    const state = await stateOf(client, name);
    if (state === 'valid') return;
    if (state === 'building') {
      const reason = `the index ${name} is being built by a session whose client is gone`;
      if (isFirst) observe?.({ kind: 'database_awaited', reason });
      await sleep(POLL_MS, undefined, { signal });
      continue;
    }
    const reason = `${BUILDING} (${name})`;
    const slow = setTimeout(() => observe?.({ kind: 'database_awaited', reason }), REPORT_MS);
    try {
      if (state === 'broken') await client.query(`drop index concurrently "${name}"`);
      await client.query(statement);
    } catch (error) {
      throw tooSlow(error, name);
    } finally {
      clearTimeout(slow);
    }
  }
}

async function stateOf(client: pg.Client, name: string): Promise<'valid' | 'building' | 'broken' | 'none'> {
  const { rows } = await client.query<{ is_valid: boolean; is_building: boolean }>(
    `select indisvalid as is_valid,
       exists (select from pg_stat_progress_create_index where index_relid = indexrelid) as is_building
     from pg_index where indexrelid = to_regclass($1)`,
    [`"${name}"`],
  );
  const [index] = rows;
  if (!index) return 'none';
  if (index.is_valid) return 'valid';
  return index.is_building ? 'building' : 'broken';
}

/** Explains that a build exceeded the role's time limit. This only happens behind a pooler, where the limit cannot be lifted. */
function tooSlow(error: unknown, name: string): unknown {
  if (!(error instanceof pg.DatabaseError && error.code === '57014')) return error;
  return new Error(
    `The index ${name} takes longer to build than the time limit of the role allows (${error.message}). Run "segments migrate" with a DATABASE_URL of Postgres itself, not of a pooler, then start again.`,
  );
}
