import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { exchangeOf } from '../../src/http/exchange.ts';
import { respondInPieces } from '../../src/http/pieces.ts';
import { until } from '../until.ts';

const MEGABYTE = 1024 * 1024;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNK = `${(64 * 1024).toString(16)}\r\n${'x'.repeat(64 * 1024)}\r\n`;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Sends a request to a server that answers in pieces. */
async function asked(head: string, texts: (request: IncomingMessage) => AsyncIterable<string>) {
  const begun = Promise.withResolvers<ServerResponse>();
  const state = { closings: 0, ended: false, failure: undefined as unknown };
  const server = createServer(async (request, response) => {
    begun.resolve(response);
    const close = () => {
      state.closings += 1;
    };
    try {
      await respondInPieces(
        exchangeOf(request, response, () => {}),
        200,
        { 'content-type': 'text/plain' },
        { texts: texts(request), close },
      );
    } catch (error) {
      state.failure = error;
    }
    state.ended = true;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  closers.push(() => socket.destroy());
  socket.on('error', () => {}).pause();
  socket.write(head);
  return { socket, response: await begun.promise, state };
}

/** Reads until the other side closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await once(socket, 'close');
  return text;
}

async function* forever() {
  for (;;) yield 'x'.repeat(MEGABYTE);
}

describe('An answer in pieces', () => {
  it('asks for no piece before the reader has taken those before it', async () => {
    let pieces = 0;
    const { response, socket, state } = await asked(GET, async function* () {
      for await (const text of forever()) {
        pieces += 1;
        yield text;
      }
    });
    await until(() => response.writableNeedDrain);
    const before = pieces;
    expect(before).toBeLessThan(50);
    socket.destroy();
    await until(() => state.ended);
    expect(pieces).toBe(before);
    expect(state.closings).toBe(1);
  });

  it('sends nothing if the first piece cannot be read', async () => {
    const { response, state } = await asked(GET, () => failing(0));
    await until(() => state.ended);
    expect([response.headersSent, state.failure, state.closings]).toEqual([false, FAILURE, 1]);
  });

  it('does not end if a later piece cannot be read', async () => {
    const { response, state } = await asked(GET, () => failing(2));
    await until(() => state.ended);
    expect([response.headersSent, response.writableEnded]).toEqual([true, false]);
    expect([state.failure, state.closings]).toEqual([FAILURE, 1]);
  });

  it('has no body for HEAD, and reads no piece', async () => {
    const { socket, state } = await asked(
      GET.replace('GET', 'HEAD').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      () => failing(0),
    );
    const text = await readAll(socket);
    expect(text).toContain('HTTP/1.1 200 OK');
    expect(text.endsWith('\r\n\r\n')).toBe(true);
    expect([state.failure, state.closings]).toEqual([undefined, 1]);
  });

  it('closes the connection of a client that reads nothing', async () => {
    const { response, state } = await asked(GET, forever);
    const start = performance.now();
    await until(() => state.ended);
    expect(response.destroyed).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(9_000);
    expect(state.closings).toBe(1);
  });
});

describe('While the body of the request arrives, an answer in pieces', () => {
  it('is sent already', async () => {
    const { socket } = await asked(POST, async function* (request) {
      for await (const chunk of request) yield `${chunk};`;
    });
    for (const word of ['one', 'two']) {
      socket.write(`3\r\n${word}\r\n`);
      const [bytes] = await once(socket.resume(), 'data');
      socket.pause();
      expect(`${bytes}`).toContain(`${word};`);
    }
  });

  it('is kept for a client that does not read yet, up to 8 MiB', async () => {
    const { socket, response, state } = await asked(POST, forever);
    await until(() => response.writableLength > 8 * MEGABYTE);
    expect(response.writableLength).toBeLessThan(10 * MEGABYTE);
    socket.destroy();
    await until(() => state.ended);
  });

  it('arrives completely if it ends before the body', async () => {
    const { socket, state } = await asked(POST, async function* () {
      yield 'a'.repeat(MEGABYTE);
      yield 'the end';
    });
    await until(() => state.ended);
    for (let i = 0; i < 100; i++) if (!socket.write(CHUNK)) await once(socket, 'drain');
    socket.write('0\r\n\r\n');
    const text = await readAll(socket);
    expect(text).toContain('connection: close');
    expect(text).toMatch(/the end\r\n0\r\n\r\n$/);
  });
});

const FAILURE = new Error('no more');

async function* failing(after: number) {
  for (let i = 0; i < after; i++) yield 'a piece';
  throw FAILURE;
}
