import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { processes, type Running, TOKEN } from '../process/gateway-process.ts';
import { graphqlClient, restClient } from './client.ts';
import { differences, type Ledger, type Row, work } from './ledger.ts';
import { mortalPostgres } from './postgres.ts';

const { serve, temporaryFolder } = processes();

/** `npm run test:chaos` asks for more. */
const FAULTS = Number(process.env.CHAOS_FAULTS ?? 5);
const WORKERS = 8;
const QUIET_MS = 500;

describe('writes that were acknowledged, while everything is killed', () => {
  it(`are all there, once each, after ${FAULTS} faults`, { timeout: 30_000 + FAULTS * 6_000 }, async () => {
    const postgres = await mortalPostgres(temporaryFolder());
    const environment = { DATABASE_URL: postgres.url, API_TOKEN: TOKEN, PORT: `${await freePort()}` };
    let gateway: Running = await serve(environment);
    const { url } = gateway;

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
    const workers = Array.from({ length: WORKERS }, (_, i) =>
      work(
        (i % 2 ? graphqlClient : restClient)(() => url),
        () => isOver,
      ),
    );
    const names = Object.keys(faults);
    const start = Math.floor(Math.random() * names.length);
    for (let i = 0; i < FAULTS; i++) {
      await sleep(QUIET_MS * (0.5 + Math.random()));
      await faults[names[(start + i) % names.length] ?? '']?.();
    }
    await sleep(QUIET_MS);
    isOver = true;
    const ledgers = await Promise.all(workers);
    await gateway.end();
    const rows = await rowsOf(postgres.url);
    await postgres.stop();

    const total = (kind: keyof Ledger['counts']) =>
      ledgers.reduce((sum, { counts }) => sum + counts[kind], 0);
    process.stdout.write(
      `${FAULTS} faults: ${total('acknowledged')} acknowledged, ${total('notApplied')} not applied, ${total('unknown')} unknown, ${rows.length} rows\n`,
    );
    expect(differences(ledgers, rows)).toEqual([]);
    expect(total('acknowledged')).toBeGreaterThan(FAULTS * 20);
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

/** A port that a gateway can be started on again and again. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
