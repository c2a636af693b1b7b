import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { startGateway } from '../persisted-operations/gateway.ts';
import { openInbox } from './inbox.ts';
import { startWorker } from './worker.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SECRET = `whsec_${Buffer.from('a secret of the test, 32 bytes..').toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
let gateway: Awaited<ReturnType<typeof startGateway>>;
const processes = new Set<ChildProcess>();

before(async () => {
  gateway = await startGateway(join(folder, 'data'), { WEBHOOK_ALLOW_PRIVATE: 'on' });
});
after(async () => {
  for (const child of processes) await stop(child);
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

/** Starts a program, and collects what it prints. */
function start(file: string, args: string[], env: Record<string, string>) {
  const command = [file, ...args];
  const child = spawn(process.execPath, command, { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  processes.add(child);
  const printed = { text: '' };
  const collect = (chunk: Buffer) => {
    printed.text += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, printed };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  processes.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'too late');
    await sleep(50);
  }
}

/** Starts the receiver, and waits until it listens. */
async function startReceiver({
  inbox,
  secret = SECRET,
  port = 0,
}: {
  inbox: string;
  secret?: string;
  port?: number;
}) {
  const env = { WEBHOOK_SECRET: secret, PORT: String(port), INBOX: join(folder, inbox) };
  const { child, printed } = start(join(import.meta.dirname, 'start.ts'), [], env);
  const urlOf = () => /Receiving at (\S+)/.exec(printed.text)?.[1];
  await until(() => urlOf() !== undefined);
  const handled = () => printed.text.split('\n').filter((line) => /^\d+ customer_segment/.test(line));
  return { child, url: urlOf() ?? '', names: () => handled().map((line) => line.split(' ').at(-1)) };
}

/** Sends a request to the gateway, and returns the answer, which must be a success. */
async function call<Answer>(
  path: string,
  method: 'GET' | 'POST' | 'PATCH' = 'GET',
  body?: object,
): Promise<Answer> {
  const authorization = `Bearer ${gateway.token}`;
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
  const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${gateway.url}/v1/${path}`, request);
  assert.ok(response.ok, `${path}: ${response.status}`);
  return (await response.json()) as Answer;
}

const create = (name: string) =>
  call('customer-segments', 'POST', { name, criteria: 'spend > 1000', description: '' });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('handles each event once and in order, whatever is killed, replayed or rotated', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { id, secret } = await call<{ id: string; secret: string }>('webhook-endpoints', 'POST', { url });
  const endpoint = `webhook-endpoints/${id}`;
  const first = await startReceiver({ inbox: 'once.sqlite', secret, port });
  for (const name of ['a', 'b', 'c']) await create(name);
  await until(() => first.names().length === 3);
  assert.deepEqual(first.names(), ['a', 'b', 'c']);
  const test = await call<{ status_code: number }>(`${endpoint}/test`, 'POST');
  assert.equal(test.status_code, 204);

  await stop(first.child, 'SIGKILL');
  for (const name of ['d', 'e']) await create(name);
  await until(async () => (await call<{ status: string }>(endpoint)).status === 'failing');
  const rotated = await call<{ secret: string }>(`${endpoint}/rotate-secret`, 'POST');
  const second = await startReceiver({ inbox: 'once.sqlite', secret: rotated.secret, port });
  await call(endpoint, 'PATCH', { status: 'enabled' }); // tries again at once
  await until(() => second.names().length === 2);

  await call(`${endpoint}/replay`, 'POST', { after: '0' });
  await until(async () => (await call<{ replay: object | null }>(endpoint)).replay === null);
  await create('f');
  await until(() => second.names().length === 3);
  assert.deepEqual(second.names(), ['d', 'e', 'f']);
  const { data } = await call<{ data: { status: string }[] }>(`${endpoint}/deliveries`);
  assert.deepEqual(new Set(data.map(({ status }) => status)), new Set(['delivered']));
  await stop(second.child);
});

it('gets what segments webhooks listen forwards, and refuses another secret', async () => {
  const { url, names } = await startReceiver({ inbox: 'listen.sqlite' });
  await create('g');
  const forward = (secret: string) => {
    const args = ['webhooks', 'listen', '--forward', url, '--after', '0', '--secret', secret];
    const env = { SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: gateway.token };
    return start(join(ROOT, 'src', 'cli.ts'), args, env);
  };
  const { printed } = forward(`whsec_${Buffer.alloc(32).toString('base64')}`);
  await until(() => / {2}401 in /.test(printed.text));
  assert.deepEqual(names(), []);
  forward(SECRET);
  await until(() => names().at(-1) === 'g');
});

it('refuses a message that is too old, changed, too long or not posted', async () => {
  const { url, names } = await startReceiver({ inbox: 'wrong.sqlite' });
  const post = async (body: string, signed: string, at = new Date()) => {
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign('evt_1', at, signed),
    };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  assert.equal((await fetch(url)).status, 405);
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 401);
  assert.equal(await post('{"a":2}', '{"a":1}'), 401);
  assert.equal(await post('{}', '{}', new Date(Date.now() - 600_000)), 401);
  const long = 'x'.repeat(5_000_001);
  assert.equal(await post(long, long), 413);
  assert.deepEqual(names(), []);
});

it('bounds the messages that wait', () => {
  const inbox = openInbox(':memory:', 2);
  const put = (id: string) => inbox.put({ id, body: '{}' });
  assert.deepEqual(['a', 'b', 'a', 'c'].map(put), ['stored', 'stored', 'repeated', 'full']);
  inbox.done('a');
  assert.deepEqual(['c', 'a'].map(put), ['stored', 'repeated']);
  inbox.close();
});

it('handles a message again if that failed, before the next one', async () => {
  const inbox = openInbox(':memory:');
  for (const id of ['a', 'b']) inbox.put({ id, body: JSON.stringify({ type: id }) });
  const seen: string[] = [];
  const work = startWorker(inbox, async ({ type }) => {
    seen.push(type);
    if (seen.length === 1) throw new Error('This failure is part of the test.');
  });
  work();
  await until(() => inbox.next() === undefined);
  assert.deepEqual(seen, ['a', 'a', 'b']);
});
