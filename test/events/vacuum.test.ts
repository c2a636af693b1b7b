import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import type { Embedded } from '../../src/embedded-postgres/server.ts';
import { administer, openPostgres } from '../postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'segments-vacuum-'));
let postgres: Embedded;

beforeAll(async () => {
  postgres = await openPostgres(folder, ['autovacuum_naptime=1s', 'fsync=off']);
  await migrate(postgres.url);
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The statistics of the log, or of the table in which Postgres stores its long values. */
async function statistics(relation: 'oid' | 'reltoastrelid') {
  const [row] = await administer(
    postgres.url,
    `select n_live_tup::int as live, n_dead_tup::int as dead, autovacuum_count::int as vacuums from pg_stat_all_tables
     where relid = (select ${relation} from pg_class where relname = 'events')`,
  );
  return row;
}

/** Runs a statement, and waits until autovacuum has removed what it left in the table. */
async function expectVacuumAfter(statement: string, relation: 'oid' | 'reltoastrelid') {
  const { vacuums } = await statistics(relation);
  await administer(postgres.url, statement);
  await expect.poll(async () => (await statistics(relation)).vacuums).toBeGreaterThan(vacuums);
  await expect.poll(() => statistics(relation)).toMatchObject({ dead: 0 });
}

it('Autovacuum removes deleted events and erased contents when a fiftieth of the log has changed', async () => {
  // Random text is stored outside the row, because it cannot be compressed.
  await administer(
    postgres.url,
    `insert into events (account_id, n, type, segment_id, version, request_id, actor, segment)
     select 'ada', n, 'SEGMENT_CREATED', 's' || n, 1, 'r', '{}',
       json_build_object('criteria', (select string_agg(sha512(convert_to(n || ' ' || i, 'utf8'))::text, '') from generate_series(1, 30) as i))
     from generate_series(1, 10000) as n`,
  );
  await expect.poll(() => statistics('oid')).toMatchObject({ live: 10_000 });
  for (const relation of ['oid', 'reltoastrelid'] as const) {
    await expect.poll(async () => (await statistics(relation)).vacuums).toBeGreaterThan(0); // because of the inserts
  }
  await expectVacuumAfter('delete from events where n <= 200', 'oid');
  await expectVacuumAfter('update events set segment = null where n <= 400', 'reltoastrelid');
});
