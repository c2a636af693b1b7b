import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { processes, type Running, TOKEN } from '../process/gateway-process.ts';
import { graphqlClient, restClient } from './client.ts';
import { differences, type Ledger, newLedger, type Row, work } from './ledger.ts';
import { mortalPostgres } from './postgres.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` asks for more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 5);
const WORKERS = 8;
/** Writes that are acknowledged between two faults, at least. */
const QUIET = 100;

describe('writes that were acknowledged, while everything is killed', () => {
  it(`are all there, once each, after ${FAULTS} faults`, { timeout: 180_000 + FAULTS * 30_000 }, async () => {
    const postgres = await mortalPostgres(temporaryFolder());
    const environment = { DATABASE_URL: postgres.url, API_TOKEN: TOKEN };
    let gateway: Running = await serve(environment);

    const faults: Record<string, () => Promise<unknown>> = {
      'Postgres is killed': () => postgres.killed(200),
      'the gateway is killed': async () => {
        await gateway.end('SIGKILL');
        gateway = await serve(environment);
      },
      'Postgres is halted': () => postgres.halted(700),
      'all backends are ended': () => endBackends(postgres.url),
      'both are killed': async () => {
        await Promise.all([gateway.end('SIGKILL'), postgres.killed(100)]);
        gateway = await serve(environment);
      },
      'the gateway is stopped in good order': async () => {
        await gateway.end('SIGTERM');
        gateway = await serve(environment);
      },
    };

    let isOver = false;
    const ledgers = Array.from({ length: WORKERS }, newLedger);
    const total = (kind: keyof Ledger['counts']) =>
      ledgers.reduce((sum, { counts }) => sum + counts[kind], 0);
    const workers = ledgers.map((ledger, i) =>
      work(
        (i % 2 ? graphqlClient : restClient)(() => gateway.url),
        ledger,
        () => isOver,
      ),
    );
    const quiet = () => {
      const enough = total('acknowledged') + QUIET * (1 + Math.random());
      return expect.poll(() => total('acknowledged')).toBeGreaterThan(enough);
    };
    const names = Object.keys(faults);
    const start = Math.floor(Math.random() * names.length);
    for (let i = 0; i < FAULTS; i++) {
      await quiet();
      await faults[names[(start + i) % names.length] ?? '']?.();
    }
    await quiet();
    isOver = true;
    await Promise.all(workers);
    await gateway.end();
    const rows = await rowsOf(postgres.url);
    await postgres.stop();

    process.stdout.write(
      `${FAULTS} faults: ${total('acknowledged')} acknowledged, ${total('notApplied')} not applied, ${total('unknown')} unknown, ${rows.length} rows\n`,
    );
    expect(differences(ledgers, rows)).toEqual([]);
    expect(total('acknowledged')).toBeGreaterThan(FAULTS * QUIET);
    expect(total('unknown')).toBeGreaterThan(0); // the faults were felt
  });
});

describe('the ledger', () => {
  const entry = (more: object) => ({
    marker: 'm',
    id: 'i',
    criteria: new Set(['1']),
    gone: false as const,
    ...more,
  });
  const counts = { acknowledged: 0, notApplied: 0, unknown: 0, refused: 0 };
  const row = { id: 'i', description: 'm', criteria: '1' };

  it.each<[string, object, Row[], RegExp]>([
    ['is lost', {}, [], /^lost/],
    ['is there twice', {}, [row, { ...row, id: 'j' }], /^doubled/],
    ['was deleted and is there', { gone: true }, [row], /^back from the dead/],
    ['holds what it held before', {}, [{ ...row, criteria: '0' }], /^an update lost/],
    ['has another id', {}, [{ ...row, id: 'j' }], /^another id/],
  ])('sees a segment that %s', (_, more, rows, words) => {
    expect(differences([{ entries: [entry(more)], refused: [], counts }], rows)).toEqual([
      expect.stringMatching(words),
    ]);
  });

  it('sees what was refused and is there', () => {
    expect(differences([{ entries: [], refused: ['m'], counts }], [row])).toEqual(['refused, and there: m']);
  });
});

async function rowsOf(url: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<Row>('select id, description, criteria from segments');
  await client.end();
  return rows;
}

async function endBackends(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'segments-gateway'`,
  );
  await client.end();
}
