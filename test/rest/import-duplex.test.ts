import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { untilDrained } from '../../src/http/drained.ts';
import { testGateway } from '../harness.ts';
import { received } from '../hostile/socket.ts';
import { until } from '../until.ts';
import { beginImport, lineOf, linesWith, NDJSON } from './transfer.ts';

const gateway = testGateway({ bodyPauseMs: 400 });
const patient = testGateway();

const countOf = async ({ segments }: typeof gateway) => segments.countUpTo('ada', 1_000_000);

/** Connects and begins an import that nothing is read from. */
async function unread({ url, authorization }: typeof gateway, query = '') {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}).pause();
  await once(socket, 'connect');
  const head = [
    `POST /v1/customer-segments/import${query} HTTP/1.1`,
    'Host: x',
    `Authorization: ${authorization('ada').authorization}`,
    `Content-Type: ${NDJSON}`,
    'Transfer-Encoding: chunked',
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const send = async (text: string) => {
    const bytes = `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    if (!socket.write(bytes)) await untilDrained(socket);
  };
  return { socket, send };
}

/** Decodes a chunked body. */
function unchunked(body: string): string {
  let text = '';
  for (let at = 0; ; ) {
    const start = body.indexOf('\r\n', at) + 2;
    const length = Number.parseInt(body.slice(at, start), 16);
    if (length === 0) return text;
    text += body.slice(start, start + length);
    at = start + length + 2;
  }
}

describe('An import', () => {
  it('has the result of a line before the next one is sent', async () => {
    const upload = beginImport(patient);
    for (const line of [1, 2, 3]) {
      upload.send(lineOf({ name: `Segment ${line}` }));
      expect(await upload.next()).toMatchObject({ line, status: 'created' });
    }
    upload.end();
    expect(await upload.next()).toMatchObject({ created: 3, complete: true });
    expect(await upload.next()).toBeUndefined();
  });

  it('asks for the file if the client waits for that', async () => {
    const upload = beginImport(patient, { headers: { expect: '100-continue' } });
    await once(upload.request, 'continue');
    upload.send(lineOf());
    upload.end();
    expect(await upload.next()).toMatchObject({ line: 1, status: 'created' });
    expect(await upload.next()).toMatchObject({ complete: true });
  });

  it('can be sent completely before anything is read, as many clients do', async () => {
    const { socket, send } = await unread(patient, '?dry_run=true');
    const lines = 100_000;
    for (let sent = 0; sent < lines; sent += 1_000) await send(linesWith(1_000));
    socket.write('0\r\n\r\n');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.resume();
    await once(socket, 'close');
    const answer = unchunked(received(text).body).trimEnd().split('\n');
    expect(answer.length).toBe(lines + 1);
    expect(JSON.parse(answer.at(-1) ?? '')).toMatchObject({ created: lines, complete: true });
  });

  it('ends if its results are not read and have more than 8 MiB', async () => {
    const { socket, send } = await unread(patient);
    const mistakes = '{}\n'.repeat(5_000);
    let isClosed = false;
    socket.once('close', () => {
      isClosed = true;
    });
    while (!isClosed) await send(mistakes);
    await until(() => patient.uploads.count() === 0);
  });

  it('stores nothing more once the client is gone', async () => {
    const before = await countOf(patient);
    const upload = beginImport(patient);
    upload.send(linesWith(5_000));
    expect(await upload.next()).toMatchObject({ line: 1 });
    upload.request.destroy();
    await until(() => patient.uploads.count() === 0);
    const stored = await countOf(patient);
    expect(stored).toBeGreaterThan(before);
    const probe = beginImport(patient);
    probe.send(lineOf());
    probe.end();
    while (await probe.next());
    expect(await countOf(patient)).toBe(stored + 1);
  });

  it('is broken off if the sender pauses for too long, and what was reported is stored', async () => {
    const upload = beginImport(gateway);
    upload.send(lineOf());
    expect(await upload.next()).toMatchObject({ status: 'created' });
    await expect(upload.next()).rejects.toThrow();
    await until(() => gateway.uploads.count() === 0);
    expect(await countOf(gateway)).toBe(1);
  });

  it('ends with a problem if the rest cannot be read', async () => {
    const upload = beginImport(patient);
    upload.send(lineOf());
    expect(await upload.next()).toMatchObject({ status: 'created' });
    upload.send('x'.repeat(200_000));
    expect(await upload.next()).toMatchObject({
      created: 1,
      complete: false,
      problem: { status: 400, code: 'INVALID_INPUT', errors: [{ param: 'lines.2' }] },
    });
    upload.end();
    expect(await upload.next()).toBeUndefined();
    await until(() => patient.uploads.count() === 0);
  });
});
