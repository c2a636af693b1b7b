import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { processes, type Running, TOKEN } from '../process/gateway-process.ts';
import { graphqlClient, restClient } from './client.ts';
import { differences, type Ledger, newLedger, type Row, work } from './ledger.ts';
import { killablePostgres } from './postgres.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` sets more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 5);
const WORKERS = 8;
/** Min acknowledged writes between two faults. */
const QUIET = 100;

describe('acknowledged writes', () => {
  it(`are all stored, once each, after ${FAULTS} faults`, {
    timeout: 180_000 + FAULTS * 30_000,
  }, async () => {
    const postgres = await killablePostgres(temporaryFolder());
    const environment = { DATABASE_URL: postgres.url, API_TOKEN: TOKEN };
    let gateway: Running = await serve(environment);

    const faults: Record<string, () => Promise<unknown>> = {
      'Postgres is killed': () => postgres.killFor(200),
      'the gateway is killed': async () => {
        await gateway.end('SIGKILL');
        gateway = await serve(environment);
      },
      'Postgres is halted': () => postgres.haltFor(700),
      'all backends are terminated': () => terminateBackends(postgres.url),
      'both are killed': async () => {
        await Promise.all([gateway.end('SIGKILL'), postgres.killFor(100)]);
        gateway = await serve(environment);
      },
      'the gateway is stopped gracefully': async () => {
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
    const quietPeriod = () => {
      const enough = total('acknowledged') + QUIET * (1 + Math.random());
      return expect.poll(() => total('acknowledged')).toBeGreaterThan(enough);
    };
    const names = Object.keys(faults);
    const start = Math.floor(Math.random() * names.length);
    for (let i = 0; i < FAULTS; i++) {
      await quietPeriod();
      await faults[names[(start + i) % names.length] ?? '']?.();
    }
    await quietPeriod();
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
    expect(total('unknown')).toBeGreaterThan(0); // otherwise no fault met a request
  });
});

describe('the ledger', () => {
  const entry = (more: object) => ({
    marker: 'm',
    id: 'i',
    criteria: new Set(['1']),
    deleted: false as const,
    ...more,
  });
  const counts = { acknowledged: 0, notApplied: 0, unknown: 0, refused: 0 };
  const row = { id: 'i', description: 'm', criteria: '1' };

  it.each<[string, object, Row[], RegExp]>([
    ['is lost', {}, [], /^lost/],
    ['is stored twice', {}, [row, { ...row, id: 'j' }], /^stored twice/],
    ['was deleted but is stored', { deleted: true }, [row], /^deleted but stored/],
    ['has an earlier value', {}, [{ ...row, criteria: '0' }], /^lost update/],
    ['has another id', {}, [{ ...row, id: 'j' }], /^stored with another id/],
  ])('finds a segment that %s', (_, more, rows, words) => {
    expect(differences([{ entries: [entry(more)], refused: [], counts }], rows)).toEqual([
      expect.stringMatching(words),
    ]);
  });

  it('finds a refused draft that is stored', () => {
    expect(differences([{ entries: [], refused: ['m'], counts }], [row])).toEqual(['refused but stored: m']);
  });
});

async function rowsOf(url: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<Row>('select id, description, criteria from segments');
  await client.end();
  return rows;
}

async function terminateBackends(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'segments-gateway'`,
  );
  await client.end();
}
