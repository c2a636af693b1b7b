import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors/refusals.ts';
import { draft, eventHead, testGateway } from '../harness.ts';
import { patiently } from '../patiently.ts';
import { type Imported, imported } from './import-calls.ts';

const gateway = testGateway();
/** How often connections are killed during each import. */
const KILLS = Number(process.env.IMPORT_KILLS ?? 10);
const LINES = 5_000;
let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client(gateway.database.$client.options.connectionString);
  await admin.connect();
});
afterAll(() => admin.end());

/**
 * Does something while the connections of the gateway that run a statement are ended, as by a server that crashes, again and again. Does
 * it once more if it was over before one could be ended, or if a slow machine could open no connection for too long.
 */
async function underKills(work: () => Promise<void>): Promise<void> {
  let kills = 0;
  let isDone = false;
  const killing = async () => {
    while (!isDone && kills < KILLS) {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'segments-gateway' and state = 'active'`,
      );
      kills += rowCount ?? 0;
    }
  };
  const ended = killing();
  let isComplete = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    isComplete = false;
  } finally {
    isDone = true;
    await ended;
  }
  if (!isComplete || kills === 0) await underKills(work);
}

/** Imports lines, again with the same key if the import could not be completed. */
async function completed(lines: readonly object[], options: { idempotencyKey?: string }): Promise<Imported> {
  try {
    return await imported(gateway, lines, options);
  } catch (error) {
    if (!(error instanceof Unavailable) || options.idempotencyKey === undefined) throw error;
    return completed(lines, options);
  }
}

const stored = async (name: string) =>
  (
    await admin.query<{ id: string; description: string; version: number }>(
      'select id, description, version from segments where account_id = $1 and name = $2 order by id',
      ['ada', name],
    )
  ).rows;

describe.each([
  ['with an idempotency key', () => ({ idempotencyKey: randomUUID() })],
  ['without an idempotency key', () => ({})],
])('an import %s whose connections are killed', (_, optionsOf) => {
  it('creates the segment of each line once, with one event', () =>
    underKills(async () => {
      const name = randomUUID();
      const head = await patiently(() => eventHead(gateway, 'ada'));
      const lines = Array.from({ length: LINES }, (_, i) => draft({ name, description: `${i}` }));
      const { ids, summary } = await completed(lines, optionsOf());
      expect(summary).toMatchObject({ created: LINES, failed: 0, complete: true });
      const rows = await stored(name);
      expect(rows.map(({ id }) => id)).toEqual(ids);
      expect(rows.map(({ description }) => Number(description))).toEqual(lines.map((_, i) => i));
      expect(await patiently(() => eventHead(gateway, 'ada'))).toBe(head + LINES);
    }));

  it('replaces the segment of each line once, with one event', () =>
    underKills(async () => {
      const [before, after] = [randomUUID(), randomUUID()];
      const { ids } = await imported(
        gateway,
        Array.from({ length: LINES }, () => draft({ name: before })),
      );
      const head = await patiently(() => eventHead(gateway, 'ada'));
      const lines = ids.map((id, i) => ({ id, ...draft({ name: after, description: `${i}` }) }));
      const { summary } = await completed(lines, optionsOf());
      expect(summary).toMatchObject({ updated: LINES, unchanged: 0, failed: 0, complete: true });
      const rows = await stored(after);
      expect(rows.map(({ id }) => id)).toEqual(ids);
      expect(rows.every(({ version }) => version === 2)).toBe(true);
      expect(await patiently(() => eventHead(gateway, 'ada'))).toBe(head + LINES);
    }));
});
