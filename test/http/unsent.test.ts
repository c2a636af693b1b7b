import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { unsentAnswers } from '../../src/http/unsent.ts';

const MEGABYTE = 1024 * 1024;
let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Options {
  patience?: number;
  maxBytes?: number;
  /** Bytes of each answer. */
  size?: number;
}

/** A server that answers with many bytes, for the account that the path names. */
async function started({ size = 32 * MEGABYTE, ...options }: Options = {}) {
  const unsent = unsentAnswers(options);
  const body = Buffer.alloc(size, 'x');
  server = createServer((request, response) => {
    response.end(body);
    unsent.watch({ request, response, accountId: request.url ?? '' });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return unsent;
}

/** A caller that reads nothing, unless it is resumed. */
async function asked(account: string): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(`GET ${account} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

/** Reads what is there and waits for the end. */
const cut = (socket: Socket) => once(socket.resume(), 'close');

it('A reader that takes nothing is cut', async () => {
  const unsent = await started({ patience: 200 });
  const socket = await asked('/a');
  await expect.poll(unsent.bytes).toBeGreaterThan(0);
  await expect.poll(unsent.bytes).toBe(0);
  await cut(socket);
});

it('A reader that goes on taking something is not cut, however long it takes', async () => {
  const unsent = await started({ patience: 2_000 });
  const socket = await asked('/a');
  const start = performance.now();
  let taken = 0;
  socket.on('data', ({ length }: Buffer) => {
    taken += length;
    if (performance.now() - start > 5_000) return; // longer than one that takes nothing may
    socket.pause();
    setTimeout(() => socket.resume(), 5);
  });
  socket.resume();
  await expect.poll(() => taken).toBeGreaterThan(32 * MEGABYTE);
  expect(unsent.bytes()).toBe(0);
});

it('Answers that are not taken hold a limited number of bytes, and those of the largest holder are cut', async () => {
  const unsent = await started({ maxBytes: 100 * MEGABYTE });
  const small = await asked('/small');
  await expect.poll(unsent.bytes).toBeGreaterThan(0);
  const flood = await Promise.all(Array.from({ length: 20 }, () => asked('/flood')));
  await Promise.all(flood.slice(0, 10).map(cut));
  expect(unsent.bytes()).toBeLessThanOrEqual(100 * MEGABYTE);
  let taken = 0;
  small.on('data', ({ length }: Buffer) => {
    taken += length;
  });
  small.resume();
  await expect.poll(() => taken).toBeGreaterThan(32 * MEGABYTE);
});
