import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exchange } from '../../src/webhooks/destinations/exchange.ts';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { retryAfterMs } from '../../src/webhooks/destinations/retry-after.ts';
import { until } from '../until.ts';
import { rawReceiver, receiver } from './receiver.ts';

const message = { headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' }, body: '{"ü":1}' };
const trusting = (timeoutMs = 60_000) =>
  openDestinations({ allowPrivate: true, ports: [], version: '1.2.3', timeoutMs, bodyMs: 60_000 });

async function started(answer: Parameters<typeof receiver>[0]) {
  const running = await receiver(answer);
  const connection = trusting().open(`http://localhost:${running.port}/hook?a=b`);
  onTestFinished(async () => {
    connection.close();
    await running.stop();
  });
  return { ...running, connection };
}

describe('A message', () => {
  it('is posted with its headers, its length and the version of the gateway', async () => {
    const { connection, received } = await started((_, response) => response.writeHead(201).end('thanks'));
    const { attempt, retryAfterMs } = await connection.post(message);
    expect(attempt).toEqual({
      ...{ at: expect.any(Number), ms: expect.any(Number) },
      ...{ status: 201, error: null, body: 'thanks' },
    });
    expect(retryAfterMs).toBeNull();
    expect(received).toEqual([
      {
        method: 'POST',
        path: '/hook?a=b',
        body: '{"ü":1}',
        headers: expect.objectContaining({
          ...message.headers,
          'content-length': '8',
          'accept-encoding': 'identity',
          'user-agent': 'segments-gateway/1.2.3',
        }),
      },
    ]);
  });

  it('uses the connection of the one before it', async () => {
    const { connection, connections } = await started((_, response) => response.end('ok'));
    for (let i = 0; i < 5; i++) expect((await connection.post(message)).attempt.status).toBe(200);
    expect(connections()).toBe(1);
  });

  it('is sent again on a new connection if the receiver had closed the old one', async () => {
    const running = await rawReceiver((socket) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        else socket.resetAndDestroy();
      });
    });
    const connection = trusting().open(`http://127.0.0.1:${running.port}/`);
    for (let i = 0; i < 3; i++) expect((await connection.post(message)).attempt.status).toBe(204);
    expect(running.connections()).toBe(3);
    connection.close();
    await running.stop();
  });

  it('is sent again only once, and not if the connection was new', async () => {
    const running = await rawReceiver((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { attempt } = await trusting().open(`http://127.0.0.1:${running.port}/`).post(message);
    expect(attempt).toMatchObject({
      status: null,
      error: 'The connection was closed before there was an answer.',
    });
    expect(running.connections()).toBe(1);
    await running.stop();
  });

  it.each([301, 302, 303, 307, 308])(
    'is not sent to where an answer with status %i refers',
    async (status) => {
      const other = await started((_, response) => response.end());
      const location = `http://127.0.0.1:${other.port}/`;
      const { connection } = await started((_, response) => response.writeHead(status, { location }).end());
      expect((await connection.post(message)).attempt).toMatchObject({ status, error: null });
      expect(other.connections()).toBe(0);
    },
  );
});

describe('An attempt without an answer', () => {
  it.each([
    ['http://localhost:1/', 'The connection was refused.'],
    ['http://nowhere.invalid/', 'The name has no address.'],
  ])('%s says why', async (url, error) => {
    const { attempt } = await trusting().open(url).post(message);
    expect(attempt).toMatchObject({ status: null, error, body: null });
  });

  it('has a time limit', async () => {
    const running = await rawReceiver((socket) => socket.resume());
    const { attempt } = await trusting(300).open(`http://127.0.0.1:${running.port}/`).post(message);
    expect(attempt).toMatchObject({ status: null, error: 'There was no answer within 0.3 s.' });
    await until(() => running.sockets.size === 0);
    await running.stop();
  });

  it('has the same time limit for a receiver that does not begin TLS', async () => {
    const running = await rawReceiver((socket) => socket.resume());
    const { attempt } = await trusting(300).open(`https://127.0.0.1:${running.port}/`).post(message);
    expect(attempt).toMatchObject({ status: null, error: 'There was no answer within 0.3 s.' });
    await running.stop();
  });
});

describe('A signal', () => {
  const reason = new Error('stopped');

  it('that has aborted sends nothing', async () => {
    const { connection, connections } = await started((_, response) => response.end());
    await expect(connection.post(message, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(connections()).toBe(0);
  });

  it.each(['http', 'https'])('ends an attempt over %s that waits for an answer', async (scheme) => {
    const controller = new AbortController();
    const running = await rawReceiver((socket) => {
      socket.resume();
      controller.abort(reason);
    });
    const connection = trusting().open(`${scheme}://127.0.0.1:${running.port}/`);
    await expect(connection.post(message, controller.signal)).rejects.toBe(reason);
    await until(() => running.sockets.size === 0);
    await running.stop();
  });

  it('ends an attempt that waits for the name', async () => {
    const controller = new AbortController();
    const posted = trusting().open('http://localhost:1/').post(message, controller.signal);
    controller.abort(reason);
    await expect(posted).rejects.toBe(reason);
  });

  it('that aborts during the body leaves the status, which decides', async () => {
    const controller = new AbortController();
    const { connection } = await started((_, response) => response.write('begin'));
    const abort = () => setImmediate(() => controller.abort(reason)); // the body is waited for by then
    const arrived = 'http.client.response.finish'; // despite its name, Node.js says so once the headers have arrived
    subscribe(arrived, abort);
    onTestFinished(() => void unsubscribe(arrived, abort));
    expect((await connection.post(message, controller.signal)).attempt).toMatchObject({
      status: 200,
      error: null,
    });
  });
});

describe('Retry-After', () => {
  const NOW = Date.parse('2026-11-29T12:00:00Z');
  const DAY = 24 * 3_600_000;

  it.each<[string, number | null]>([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['999999999999999', DAY],
    ['Sun, 29 Nov 2026 12:01:00 GMT', 60_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
    ...['', '-1', '1.5', '1e3', 'soon', '2026-11-30', 'Xxx, 99 Xxx 2026 99:99:99 GMT', '1, 2'].map(
      (text): [string, null] => [text, null],
    ),
  ])('"%s" is %s ms', (header, ms) => expect(retryAfterMs(header, NOW)).toBe(ms));

  it('of an answer is reported with it', async () => {
    const { connection } = await started((_, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end(),
    );
    expect(await connection.post(message)).toMatchObject({ attempt: { status: 503 }, retryAfterMs: 7_000 });
  });
});

it('Nothing is sent once the signal has aborted', async () => {
  const { port, received } = await started((_, response) => response.end());
  const target = { url: new URL(`http://localhost:${port}/`), agent: new Agent(), bodyMs: 1_000 };
  const reason = new Error('stop');
  await expect(exchange(target, message, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(received).toEqual([]);
});
