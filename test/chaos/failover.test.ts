import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/accounts/viewer.ts';
import { connect, disconnect } from '../../src/database/connect.ts';
import { clusterFolder, previousUrlOf, stopServer } from '../../src/embedded-postgres/postmaster.ts';
import { exportSegments } from '../../src/segments/store/export.ts';
import { administer } from '../postgres.ts';
import { processes, type Running, TOKEN } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import { type Marked, marked, restClient } from './client.ts';
import { readLog } from './event-ledger.ts';
import { startFollowers } from './followers.ts';
import { killablePostgres } from './postgres.ts';
import { wireTo } from './wire.ts';

type Wire = Awaited<ReturnType<typeof wireTo>>;

const { serve, temporaryFolder } = processes();
const folders = { primary: temporaryFolder(), standby: temporaryFolder() };
const standbyUrl = previousUrlOf(clusterFolder(folders.standby));
let primary: Awaited<ReturnType<typeof killablePostgres>>;
let replication: Wire;
let wire: Wire;
let gateway: Running;

beforeAll(async () => {
  await (await killablePostgres(folders.primary)).stop();
  const cluster = clusterFolder(folders.standby);
  execFileSync('cp', ['-a', clusterFolder(folders.primary), cluster]); // keeps the owner, which is the server's own user
  copyFileSync(join(folders.primary, 'pgpass'), join(folders.standby, 'pgpass'));
  writeFileSync(`${cluster}/standby.signal`, '');
  primary = await killablePostgres(folders.primary, ['synchronous_standby_names=*']);
  replication = await wireTo(primary.url);
  await killablePostgres(folders.standby, [
    `primary_conninfo=host=127.0.0.1 port=${replication.port} user=postgres`,
    'wal_retrieve_retry_interval=100ms',
  ]);
  await until(async () => {
    const [standby] = await administer(primary.url, 'select sync_state from pg_stat_replication');
    return standby?.sync_state === 'sync';
  });
  wire = await wireTo(primary.url);
  gateway = await serve({ DATABASE_URL: wire.url, API_TOKEN: TOKEN });
});

afterAll(async () => {
  await gateway?.end();
  await Promise.all([wire?.close(), replication?.close()]);
  await Promise.all([stopServer(clusterFolder(folders.primary)), stopServer(clusterFolder(folders.standby))]);
});

describe('a standby', () => {
  it('can be exported', async () => {
    const database = connect({ url: standbyUrl, poolSize: 1, observe: () => {} });
    const all = { accountId: DEFAULT_ACCOUNT, filter: {}, signal: new AbortController().signal };
    for await (const page of exportSegments(database)(all)) expect(page).toEqual({ head: 0, segments: [] });
    await disconnect(database);
  });
});

describe('a failover to a synchronous standby', () => {
  it('loses no acknowledged segment and no event, duplicates none, and the same gateway and its followers continue', async () => {
    const { create } = restClient(() => gateway.url);
    const sent: { draft: Marked; id: string | undefined }[] = [];
    const followers = startFollowers(() => [gateway.url]);
    let isOver = false;
    const writers = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const draft = marked();
        const outcome = await create(draft, draft.description);
        const id = typeof outcome === 'object' && 'done' in outcome ? outcome.done : undefined;
        sent.push({ draft, id });
        if (!id) await sleep(10);
      }
    });
    const made = () => sent.filter(({ id }) => id).length;
    await expect.poll(made).toBeGreaterThan(50);
    primary.kill();
    const before = made() + writers.length; // includes those whose answers are on their way
    await administer(standbyUrl, 'select pg_promote()');
    wire.pointTo(standbyUrl);
    await expect.poll(made).toBeGreaterThan(before + 50);
    isOver = true;
    await Promise.all(writers);

    for (const { draft } of sent.filter(({ id }) => !id)) {
      expect(await create(draft, draft.description)).toEqual({ done: expect.any(String) });
    }
    const rows = await administer(standbyUrl, 'select id, description from segments');
    const ids = new Set(rows.map(({ id }) => id));
    expect(sent.filter(({ id }) => id && !ids.has(id))).toEqual([]);
    expect(rows.map(({ description }) => description).sort()).toEqual(
      sent.map(({ draft }) => draft.description).sort(),
    );
    await followers.expectToSee(await readLog(gateway));
    await followers.stop();
    const log = await administer(standbyUrl, 'select n::int, segment_id from events order by n');
    expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
    expect(log.map(({ segment_id }) => segment_id).sort()).toEqual(rows.map(({ id }) => id).sort());
  });
});
