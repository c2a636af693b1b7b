import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { respondWithEvents } from '../../src/http/event-stream.ts';
import { exchangeOf } from '../../src/http/exchange.ts';
import { until } from '../until.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Serves messages to one reader, which reads nothing. */
async function stalled(messages: AsyncIterable<string>, signal: AbortSignal) {
  const ended = Promise.withResolvers<void>();
  let response: ServerResponse | undefined;
  let endings = 0;
  const server = createServer((request, answer) => {
    response = answer;
    const onEnd = () => {
      endings += 1;
    };
    ended.resolve(
      respondWithEvents(
        exchangeOf(request, answer, () => {}),
        messages,
        { signal, onEnd },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {}).pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  closers.push(() => socket.destroy());
  await until(() => response?.writableNeedDrain === true);
  return { ended: ended.promise, socket, response, endings: () => endings };
}

it('asks for no message before the reader has taken those before it, and leaves a reader that has stalled', async () => {
  const controller = new AbortController();
  let asked = 0;
  const messages = async function* () {
    for (; !controller.signal.aborted; asked++) yield `data: ${'x'.repeat(1024 * 1024)}\n\n`;
  };
  const { ended, response, endings } = await stalled(messages(), controller.signal);
  const before = asked;
  expect(before).toBeLessThan(100);
  controller.abort();
  await ended;
  expect(response?.destroyed).toBe(true);
  expect(asked).toBeLessThanOrEqual(before + 1);
  await until(() => endings() === 1);
});

it('ends when a reader leaves that had stalled', async () => {
  const { signal } = new AbortController();
  const messages = async function* () {
    for (;;) yield `data: ${'x'.repeat(1024 * 1024)}\n\n`;
  };
  const { ended, socket, response, endings } = await stalled(messages(), signal);
  socket.destroy();
  await ended;
  await until(() => endings() === 1);
  for (const event of ['drain', 'close']) expect(response?.listenerCount(event)).toBeLessThan(3);
});

it('tells that the reader has left, even if it did before the answer began', async () => {
  const began = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once('close', async () => {
      const messages = async function* () {
        await left.promise;
        yield ':\n\n';
      };
      await respondWithEvents(
        exchangeOf(request, response, () => {}),
        messages(),
        { onEnd: left.resolve },
      );
      began.resolve();
    });
    request.socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  await began.promise;
});
