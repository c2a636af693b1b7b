import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
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
  gateway = await startGateway(join(folder, 'data'));
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

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; !condition(); await sleep(20))
    assert.ok(Date.now() < end, 'too late');
}

/** Starts the receiver, and waits until it listens. */
async function startReceiver(inbox: string) {
  const env = { WEBHOOK_SECRET: SECRET, PORT: '0', INBOX: join(folder, inbox) };
  const { child, printed } = start(join(import.meta.dirname, 'start.ts'), [], env);
  const urlOf = () => /Receiving at (\S+)/.exec(printed.text)?.[1];
  await until(() => urlOf() !== undefined);
  const handled = () => printed.text.split('\n').filter((line) => /^\d+ customer_segment/.test(line));
  return { child, url: urlOf() ?? '', handled };
}

/** Sends all events to the receiver, from the first one on, and then those that follow. */
function deliver(url: string, secret = SECRET) {
  const args = ['webhooks', 'listen', '--forward', url, '--after', '0', '--secret', secret];
  const env = { SEGMENTS_URL: gateway.url, SEGMENTS_TOKEN: gateway.token };
  return start(join(ROOT, 'src', 'cli.ts'), args, env);
}

async function create(name: string): Promise<void> {
  const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name, criteria: 'spend > 1000', description: '' });
  const response = await fetch(`${gateway.url}/v1/customer-segments`, { method: 'POST', headers, body });
  assert.equal(response.status, 201);
}

const names = (lines: string[]) => lines.map((line) => line.split(' ').at(-1));

it('handles each event once and in order, also if all are sent again and the receiver is killed', async () => {
  const running = await startReceiver('once.sqlite');
  for (const name of ['a', 'b', 'c']) await create(name);
  const first = deliver(running.url);
  await until(() => running.handled().length === 3);
  assert.deepEqual(names(running.handled()), ['a', 'b', 'c']);
  await stop(first.child);
  await stop(running.child, 'SIGKILL');

  const again = await startReceiver('once.sqlite');
  const second = deliver(again.url);
  for (const name of ['d', 'e']) await create(name);
  await until(() => again.handled().length === 2);
  await until(() => second.printed.text.match(/ {2}204 in /g)?.length === 5);
  assert.deepEqual(names(again.handled()), ['d', 'e']);
  await stop(second.child);
});

it('refuses messages that were signed with another secret', async () => {
  const running = await startReceiver('other.sqlite');
  await create('f');
  const { printed } = deliver(running.url, `whsec_${Buffer.alloc(32).toString('base64')}`);
  await until(() => / {2}401 in /.test(printed.text));
  assert.deepEqual(running.handled(), []);
});

it('refuses a message that is too old, changed, too long or not posted', async () => {
  const { url, handled } = await startReceiver('wrong.sqlite');
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
  assert.deepEqual(handled(), []);
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
