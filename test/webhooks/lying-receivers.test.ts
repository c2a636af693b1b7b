import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { until } from '../until.ts';
import { rawReceiver } from './receiver.ts';

const message = { headers: {}, body: '{}' };
const OK = 'HTTP/1.1 200 OK\r\n';
const LIMIT = { status: null, error: 'There was no answer within 2 s.' };
const CLOSED = { status: null, error: 'The connection was closed before there was an answer.' };
const NOT_HTTP = { status: null, error: 'The answer is not valid HTTP.' };

/** A receiver that does something when it gets a request, and a connection to it. Only a slow answer needs the limits. */
async function lying(
  answer: (socket: Socket) => void,
  { body = '{}', timeoutMs = 60_000, bodyMs = 60_000 } = {},
) {
  const running = await rawReceiver((socket) => socket.once('data', () => answer(socket)));
  const destinations = openDestinations({ allowPrivate: true, ports: [], version: '1', timeoutMs, bodyMs });
  const connection = destinations.open(`http://127.0.0.1:${running.port}/`);
  onTestFinished(async () => {
    connection.close();
    await running.stop();
  });
  return { ...running, post: async () => (await connection.post({ ...message, body })).attempt };
}

/** Writes a text again and again, as fast as it is read. */
function pour(socket: Socket, text: string): void {
  while (!socket.destroyed && socket.write(text));
  socket.once('drain', () => pour(socket, text));
}

function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20);
  socket.once('close', () => clearInterval(timer));
}

describe('A receiver that', () => {
  it.each<[string, (socket: Socket) => void, object]>([
    ['drips headers for ever', (socket) => drip(socket.write(OK) ? socket : socket, 'a: b\r\n'), LIMIT],
    ['drips a header that never ends', (socket) => drip(socket, 'H'), NOT_HTTP],
    [
      'sends headers without an end',
      (socket) => pour(socket.write(OK) ? socket : socket, `a: ${'b'.repeat(1_000)}\r\n`),
      { status: null, error: 'The headers of the answer have more than 16 KB.' },
    ],
    ['resets the connection', (socket) => socket.resetAndDestroy(), CLOSED],
    ['closes the connection', (socket) => socket.end(), CLOSED],
    ['closes the connection within the headers', (socket) => socket.end(`${OK}a: b\r\n`), CLOSED],
    ['sends garbage', (socket) => socket.write('\u0000\u0001 garbage \r\n\r\n'), NOT_HTTP],
    ['speaks another protocol', (socket) => socket.write('220 mail.example ESMTP\r\n'), NOT_HTTP],
    [
      'sends two lengths',
      (socket) => socket.write(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\na`),
      NOT_HTTP,
    ],
    [
      'sends a length and chunks',
      (socket) => socket.write(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
      NOT_HTTP,
    ],
    [
      'switches protocols',
      (socket) => socket.write('HTTP/1.1 101 S\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      { status: 101, error: null, body: '' },
    ],
    [
      'sends 100 for ever',
      (socket) => pour(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)),
      { status: null, error: 'The answer does not begin.' },
    ],
    [
      'sends 103 for ever',
      (socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
      { status: null, error: 'The answer does not begin.' },
    ],
    [
      'sends 100 and then an answer',
      (socket) => socket.write(`HTTP/1.1 100 C\r\n\r\n${OK}content-length: 1\r\n\r\na`),
      { status: 200, body: 'a' },
    ],
    [
      'sends too short a body',
      (socket) => socket.end(`${OK}content-length: 9\r\n\r\nabc`),
      { status: 200, body: 'abc' },
    ],
    [
      'sends too long a body',
      (socket) => socket.write(`${OK}content-length: 3\r\n\r\nabcdef`),
      { status: 200, body: 'abc' },
    ],
    [
      'sends wrong chunks',
      (socket) => socket.write(`${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n`),
      { status: 200 },
    ],
    [
      'ends its body with the connection',
      (socket) => socket.end(`HTTP/1.0 500 no\r\n\r\nabc`),
      { status: 500, body: 'abc' },
    ],
    [
      'has more than a kilobyte to say',
      (socket) => socket.write(`${OK}content-length: 1026\r\n\r\n${'ü'.repeat(513)}`),
      { status: 200, body: 'ü'.repeat(512) },
    ],
    [
      'cuts a character',
      (socket) => socket.write(`${OK}content-length: 1027\r\n\r\na${'ü'.repeat(513)}`),
      { status: 200, body: `a${'ü'.repeat(511)}` },
    ],
    [
      'sends U+0000',
      (socket) => socket.write(`${OK}content-length: 3\r\n\r\na\0b`),
      { status: 200, body: 'ab' },
    ],
    [
      'redirects to itself',
      (socket) => socket.write('HTTP/1.1 308 R\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'),
      { status: 308 },
    ],
  ])('%s', async (_, answer, expected) => {
    const { post } = await lying(answer, expected === LIMIT ? { timeoutMs: 2_000 } : {});
    expect(await post()).toMatchObject(expected);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    [
      'never ends its body',
      (socket) => drip(socket.write(`${OK}content-length: 900\r\n\r\na`) ? socket : socket, 'a'),
      /^a+$/,
    ],
    ['sends no body after its headers', (socket) => socket.write(`${OK}content-length: 9\r\n\r\n`), /^$/],
  ])('%s is not waited for', async (_, answer, body) => {
    const { post } = await lying(answer, { bodyMs: 300 });
    expect(await post()).toMatchObject({ status: 200, body: expect.stringMatching(body) });
  });

  it('compresses its answer, which was not asked for, gets no more than that stored', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const head = `${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const { post } = await lying((socket) => socket.write(Buffer.concat([Buffer.from(head), bomb])));
    const { status, body } = await post();
    expect(status).toBe(200);
    expect(body?.length).toBeLessThanOrEqual(1_024);
  });

  it('answers before it has read the message keeps no connection', async () => {
    const big = 'x'.repeat(20_000_000);
    const answer = (socket: Socket) => socket.pause().write(`${OK}content-length: 2\r\n\r\nok`);
    const { post, connections } = await lying(answer, { body: big });
    for (let i = 0; i < 2; i++) expect(await post()).toMatchObject({ status: 200, body: 'ok' });
    expect(connections()).toBe(2);
  });

  it('sends a body without an end is cut, and costs no memory', async () => {
    const { post, sockets } = await lying((socket) => {
      socket.write(`${OK}\r\n`);
      pour(socket, 'x'.repeat(64_000));
    });
    const used = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const before = used();
    for (let i = 0; i < 100; i++) {
      expect(await post()).toMatchObject({ status: 200, body: 'x'.repeat(1_024) });
    }
    await until(() => sockets.size === 0);
    await until(() => used() - before < 60_000_000);
  });
});
