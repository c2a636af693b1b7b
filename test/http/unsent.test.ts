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

/** Starts a server that answers with many bytes, for the account that the path names. */
async function startServer({ size = 32 * MEGABYTE, ...options }: Options = {}) {
  const unsent = unsentAnswers(options);
  const body = Buffer.alloc(size, 'x');
  server = createServer((request, response) => {
    response.end(body);
    unsent.watch({ request, response, accountId: request.url ?? '' });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return unsent;
}

/** Sends a request and reads nothing until the socket is resumed. */
async function sendRequest(account: string): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(`GET ${account} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

/** Reads what was received, and waits until the connection is closed. */
const untilClosed = (socket: Socket) => once(socket.resume(), 'close');

it('A client that reads nothing is disconnected', async () => {
  const unsent = await startServer({ patience: 200 });
  const socket = await sendRequest('/a');
  await expect.poll(unsent.bytes).toBeGreaterThan(0);
  await expect.poll(unsent.bytes).toBe(0);
  await untilClosed(socket);
});

it('A client that keeps reading is not disconnected, however long it takes', async () => {
  const unsent = await startServer({ patience: 2_000 });
  const socket = await sendRequest('/a');
  const start = performance.now();
  let bytesRead = 0;
  socket.on('data', ({ length }: Buffer) => {
    bytesRead += length;
    if (performance.now() - start > 5_000) return; // longer than a client that reads nothing may take
    socket.pause();
    setTimeout(() => socket.resume(), 5);
  });
  socket.resume();
  await expect.poll(() => bytesRead).toBeGreaterThan(32 * MEGABYTE);
  expect(unsent.bytes()).toBe(0);
});

it('Unread responses hold a limited number of bytes, and those of the account that holds most are cut off', async () => {
  const unsent = await startServer({ maxBytes: 100 * MEGABYTE });
  const small = await sendRequest('/small');
  await expect.poll(unsent.bytes).toBeGreaterThan(0);
  const flood = await Promise.all(Array.from({ length: 20 }, () => sendRequest('/flood')));
  await Promise.all(flood.slice(0, 10).map(untilClosed));
  expect(unsent.bytes()).toBeLessThanOrEqual(100 * MEGABYTE);
  let bytesRead = 0;
  small.on('data', ({ length }: Buffer) => {
    bytesRead += length;
  });
  small.resume();
  await expect.poll(() => bytesRead).toBeGreaterThan(32 * MEGABYTE);
});
