import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/accounts/viewer.ts';
import { connect as connectTo, disconnect } from '../../src/database/connect.ts';
import { exportSegments } from '../../src/segments/store/export.ts';
import { makeDatabase } from '../postgres.ts';
import { processes, type Running, SEGMENTS, TOKEN } from '../process/gateway-process.ts';
import { until } from '../until.ts';
import { readLog } from './event-ledger.ts';
import { startFollowers } from './followers.ts';
import { freePort } from './free-port.ts';
import { wireTo } from './wire.ts';

const { run, serve, temporaryFolder } = processes();
const isInstalled = findPgBouncer();

function findPgBouncer(): boolean {
  try {
    execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin pgbouncer --version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Debian's PgBouncer, 1.18, does not support prepared statements in transaction mode.
describe.skipIf(!isInstalled)('a gateway behind PgBouncer in transaction mode', () => {
  let bouncer: ChildProcess;
  let gateway: Running;
  let url = '';
  let wire: Awaited<ReturnType<typeof wireTo>>;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await makeDatabase({ template: false });
    drop = database.drop;
    // PgBouncer runs as another user, who cannot open the embedded server's socket, so it connects through a port.
    wire = await wireTo(database.url);
    const name = new URL(wire.url).pathname.slice(1);
    const folder = temporaryFolder();
    const port = await freePort();
    writeFileSync(join(folder, 'users.txt'), '"postgres" ""\n');
    writeFileSync(
      join(folder, 'pgbouncer.ini'),
      `[databases]\n${name} = host=127.0.0.1 port=${wire.port} user=postgres pool_size=3
[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=${port}\nunix_socket_dir=\nauth_type=any\nauth_file=${join(folder, 'users.txt')}
pool_mode=transaction\nmax_client_conn=200\n`,
    );
    execFileSync('chmod', ['-R', '755', folder]);
    const isRoot = process.getuid?.() === 0;
    bouncer = spawn(
      'sh',
      [
        '-c',
        `PATH=$PATH:/usr/sbin exec pgbouncer ${isRoot ? '-u nobody' : ''} ${join(folder, 'pgbouncer.ini')}`,
      ],
      { stdio: 'ignore' },
    );
    await until(() => accepts(port));
    url = `postgres://postgres@127.0.0.1:${port}/${name}`;
    gateway = await serve({ DATABASE_URL: url, DATABASE_POOLER: 'transaction', API_TOKEN: TOKEN });
  });

  afterAll(async () => {
    await gateway?.end();
    const ended = once(bouncer, 'exit');
    if (bouncer.kill('SIGINT')) await ended;
    await wire.close();
    await drop();
  });

  const rest = (path = '', method?: string, body?: object, headers?: Record<string, string>) =>
    gateway.send(SEGMENTS + path, method, body, headers);

  /** Sends a request again until its outcome is known. It must be one that can be sent twice. */
  const decided = async (...request: Parameters<typeof rest>): Promise<Response> => {
    const response = await rest(...request);
    return response.status === 503 ? decided(...request) : response;
  };
  const create = (draft: object) => decided('', 'POST', draft, { 'idempotency-key': randomUUID() });
  const get = async (id: string) => (await decided(`/${id}`)).json();

  /** Changes the first version of a segment. If the outcome is unknown, and it was changed, the second attempt is refused. */
  const change = async (id: string) => {
    const { status } = await decided(`/${id}`, 'PUT', { criteria: 'x' }, { 'if-match': '"1"' });
    return status === 412 ? (await get(id)).criteria : status;
  };

  it('migrates, lists, and creates, retrieves, updates and deletes a hundred segments at once', async () => {
    const draft = (i: number) => ({ name: `n${i}`, criteria: 'c', description: '' });
    const made = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => (await create(draft(i))).json()),
    );
    const got = await Promise.all(made.map(({ id }) => get(id)));
    expect(got).toEqual(made);
    for (const query of ['', '?limit=100', '?name=n7', `?starting_after=${made[50].id}`]) {
      for (let i = 0; i < 5; i++) expect((await decided(query)).status).toBe(200);
    }
    const changed = await Promise.all(made.map(({ id }) => change(id)));
    expect(changed.every((each) => each === 200 || each === 'x')).toBe(true);
    const removed = await Promise.all(made.map(({ id }) => decided(`/${id}`, 'DELETE')));
    expect(removed.every(({ status }) => status === 204 || status === 404)).toBe(true);
    expect(await readLog(gateway)).toHaveLength(3 * made.length);
  });

  it('creates one segment for one idempotency key', async () => {
    const draft = { name: 'once', criteria: 'c', description: '' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => rest('', 'POST', draft, { 'idempotency-key': 'k' })),
    );
    const created = answers.filter(({ status }) => status !== 503); // on a slow machine, some wait for too long
    expect(new Set(created.map(({ status }) => status))).toEqual(new Set([201]));
    const ids = await Promise.all(created.map(async (answer) => (await answer.json()).id));
    expect(new Set(ids).size).toBe(1);
  });

  it('is followed in every way without a gap, although nothing can listen for notices', async () => {
    const followers = startFollowers(() => [gateway.url]);
    for (let i = 0; i < 200; i++) {
      expect((await create({ name: `f${i}`, criteria: 'c', description: '' })).status).toBe(201);
    }
    await expect.poll(() => Math.min(...Object.values(followers.cuts()))).toBeGreaterThan(1);
    await followers.expectToSee(await readLog(gateway));
    await followers.stop();
  });

  it('exports one snapshot, without settings that stay in a session', async () => {
    const database = connectTo({ url, poolSize: 1, pooler: 'transaction', observe: () => {} });
    const [{ id }] = (await (await decided('?limit=1')).json()).data;
    const accountId = DEFAULT_ACCOUNT;
    const { signal } = new AbortController();
    const pages = exportSegments(database)({ accountId, filter: {}, signal });
    await pages.next();
    expect([204, 404]).toContain((await decided(`/${id}`, 'DELETE')).status);
    const read: string[] = [];
    for await (const { segments } of pages) read.push(...segments.map((segment) => segment.id));
    expect(read).toContain(id);
    const { rows } = await database.export.$client.query(`select current_setting('enable_sort') as sort`);
    expect(rows).toEqual([{ sort: 'on' }]);
    await disconnect(database);
  });

  it('runs a command', async () => {
    const environment = { DATABASE_URL: url, DATABASE_POOLER: 'transaction' };
    expect(await run(['token', 'list'], environment)).toMatchObject({ code: 0, err: '' });
  });

  it('logs no error about a prepared statement', () => {
    expect(gateway.said().out).not.toMatch(/26000|42P05|08P01/);
  });
});

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
