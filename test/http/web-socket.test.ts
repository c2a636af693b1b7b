import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Connection, webSockets } from '../../src/http/web-socket.ts';
import { until } from '../until.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Serves WebSockets, and gives each connection with its socket to `onOpen`. */
async function serve(onOpen: (connection: Connection, stream: Duplex) => void, heartbeatMs?: number) {
  const sockets = webSockets({ protocol: 'a', heartbeatMs });
  const server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (request, stream, head) =>
    sockets.accept({ request, stream, head }, (connection) => onOpen(connection, stream)),
  );
  await once(server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { sockets, server, port };
}

/** Opens a connection by hand. It answers nothing, not even a ping. */
async function rawClient(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  closers.push(() => socket.destroy());
  socket.write(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: a\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
}

/** Waits for turns of the event loop. In each of them, a socket is written to if it takes more. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

const TEXT = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]);

describe('a client that does not read', () => {
  it('is sent no more than its socket takes, and is not read either', async () => {
    const opened = Promise.withResolvers<{ connection: Connection; stream: Duplex }>();
    let received = 0;
    const { port } = await serve((connection, stream) => {
      connection.onMessage(() => {
        received += 1;
      });
      opened.resolve({ connection, stream });
    });
    const socket = await rawClient(port);
    const { connection, stream } = await opened.promise;
    socket.pause();
    socket.write(TEXT);
    await until(() => received === 1);

    const text = 'x'.repeat(64 * 1024);
    let sent = 0;
    let taken: Promise<void> | undefined;
    for (let isTaken = true; isTaken && sent < 10_000; sent++) {
      taken = connection.send(text);
      if (taken) isTaken = await Promise.race([taken.then(() => true), turns(1_000).then(() => false)]);
    }
    expect(sent).toBeLessThan(1_000);
    expect([stream.writableNeedDrain, stream.isPaused()]).toEqual([true, true]);

    for (let i = 0; i < 500; i++) socket.write(TEXT);
    socket.resume();
    await taken;
    await until(() => received === 501);
    expect(stream.isPaused()).toBe(false);
    expect(stream.listenerCount('drain')).toBeLessThan(3);
  });

  it('and closes its connection ends what waits for it', async () => {
    const opened = Promise.withResolvers<{ connection: Connection; stream: Duplex }>();
    const { port } = await serve((connection, stream) => opened.resolve({ connection, stream }));
    const socket = await rawClient(port);
    const { connection, stream } = await opened.promise;
    socket.pause();
    while (!stream.writableNeedDrain) connection.send('x'.repeat(1024 * 1024));
    const waiting = Promise.all([connection.send('x'), connection.send('y')]);
    socket.destroy();
    await waiting;
    expect(connection.send('z')).toBeUndefined();
  });

  it('is cut off when it answers no ping', async () => {
    const { port, sockets } = await serve(() => {}, 20);
    const socket = await rawClient(port);
    await once(socket.resume(), 'close');
    await until(() => sockets.count() === 0);
  });
});

// On a slow machine, an answer can come after the next ping.
it('A client that answers pings is kept', { retry: 10 }, async () => {
  const { port, sockets } = await serve(() => {}, 100);
  const client = new WebSocket(`ws://127.0.0.1:${port}`, 'a');
  const isCutOff = new Promise((_, reject) =>
    client.once('close', () => reject(new Error('It was cut off.'))),
  );
  isCutOff.catch(() => {}); // the test closes it in the end
  for (let pings = 0; pings < 5; pings++) await Promise.race([once(client, 'ping'), isCutOff]);
  expect(sockets.count()).toBe(1);
  client.terminate();
  await until(() => sockets.count() === 0);
});

describe('Closing', () => {
  it('tells clients that the server goes away, behind what they are sent', async () => {
    const { port, sockets } = await serve((connection) => connection.send('last'));
    const client = new WebSocket(`ws://127.0.0.1:${port}`, 'a');
    const messages: string[] = [];
    client.on('message', (data) => messages.push(String(data)));
    await until(() => messages.length === 1);
    const closed = once(client, 'close');
    await sockets.close();
    expect((await closed)[0]).toBe(1001);
  });

  it('waits for no client that does not answer', async () => {
    const { port, sockets, server } = await serve(() => {});
    await rawClient(port);
    await sockets.close();
    const start = performance.now();
    await new Promise((resolve) => server.close(resolve));
    closers.shift();
    expect(performance.now() - start).toBeLessThan(25_000); // `ws` waits for 30 s by default
    await until(() => sockets.count() === 0);
  });
});

it.each([
  ['binary data', (client: WebSocket) => client.send(Buffer.from([1])), 1003],
  ['a large message', (client: WebSocket) => client.send('x'.repeat(64 * 1024 + 1)), 1009],
])('A client that sends %s is closed', async (_, act, code) => {
  const { port } = await serve((connection) => connection.onMessage(() => {}));
  const client = new WebSocket(`ws://127.0.0.1:${port}`, 'a');
  client.on('open', () => act(client));
  expect((await once(client, 'close'))[0]).toBe(code);
});
