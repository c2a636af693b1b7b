import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { testGateway } from '../harness.ts';
import { type Received, received } from '../hostile/socket.ts';

const gateway = testGateway();
const JSON_TYPE = 'application/json';
const REST = '/v1/customer-segments';
const MEGABYTE = 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

interface Refused {
  method: string;
  path: string;
  type: string;
  as: 'ada' | null;
  status: number;
}

/** Requests that are answered before, or without, reading their bodies. With a token, GraphQL reads bodies of up to 1 MiB. */
const REFUSED: Refused[] = [REST, '/graphql'].flatMap((path) => [
  { method: 'POST', path, type: JSON_TYPE, as: path === REST ? 'ada' : null, status: 413 },
  { method: 'POST', path, type: 'text/plain', as: 'ada', status: path === REST ? 413 : 415 },
  { method: 'PUT', path, type: JSON_TYPE, as: 'ada', status: 405 },
  { method: 'POST', path: `${path}/x/y`, type: JSON_TYPE, as: 'ada', status: 404 },
  { method: 'POST', path: REST, type: JSON_TYPE, as: null, status: 401 },
]);
const SIZES = [65_537, 200_000, MEGABYTE, 20 * MEGABYTE];

function headOf({ method, path, type, as }: Refused, lines: string[]): string {
  const { authorization } = as ? gateway.authorization(as) : {};
  const all = [`${method} ${path} HTTP/1.1`, 'Host: x', `Content-Type: ${type}`, ...lines];
  return `${[...all, ...(authorization ? [`Authorization: ${authorization}`] : [])].join('\r\n')}\r\n\r\n`;
}

async function openSocket(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Sends everything before it reads anything, as simple clients do, and returns the response. Rejects on a reset. */
async function sendWhole(refused: Refused, size: number, { chunked = false, lines = [] as string[] } = {}) {
  const socket = await openSocket();
  const gone = new Promise<never>((_, reject) => socket.once('error', reject));
  const send = async (bytes: Buffer | string) => {
    if (!socket.write(bytes)) await Promise.race([new Promise((sent) => socket.once('drain', sent)), gone]);
  };
  const sending = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`;
  await send(headOf(refused, [sending, ...lines]));
  for (let sent = 0; sent < size; sent += CHUNK.length) {
    const bytes = CHUNK.subarray(0, Math.min(CHUNK.length, size - sent));
    if (chunked) await send(`${bytes.length.toString(16)}\r\n`);
    await send(bytes);
    if (chunked) await send('\r\n');
  }
  if (chunked) await send('0\r\n\r\n');
  return Promise.race([responseOn(socket), gone]);
}

/** Reads the first response completely. */
async function responseOn(socket: Socket): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk);
    const answer = received(Buffer.concat(chunks).toString());
    if (answer.body.length >= Number(/content-length: (\d+)/i.exec(answer.head)?.[1] ?? Infinity))
      return answer;
  }
  throw new Error(`The connection ended after ${Buffer.concat(chunks)}`);
}

async function fetchStatus({ method, path, type, as }: Refused, size: number): Promise<number> {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { 'content-type': type, ...(as && gateway.authorization(as)) },
    body: Buffer.alloc(size, 'x'),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('a response that does not wait for the body', () => {
  it.each(SIZES)('of %i bytes reaches a client that sends all of it first', async (size) => {
    const answers = REFUSED.flatMap((refused) =>
      [false, true].map(async (chunked) => {
        const { status } = await sendWhole(refused, size, { chunked });
        return [refused.path, status];
      }),
    );
    expect(await Promise.all(answers)).toEqual(
      REFUSED.flatMap(({ path, status }) => [
        [path, status],
        [path, status],
      ]),
    );
  });

  it.each(SIZES)('of %i bytes reaches fetch', async (size) => {
    const answers = await Promise.all(REFUSED.map((refused) => fetchStatus(refused, size)));
    expect(answers).toEqual(REFUSED.map(({ status }) => status));
  });

  it('reaches a client that sends Connection: close', async () => {
    for (const refused of REFUSED) {
      const { status } = await sendWhole(refused, MEGABYTE, { lines: ['Connection: close'] });
      expect(status).toBe(refused.status);
    }
  });

  it('reaches a client that sends Expect: 100-continue and then the body anyway', async () => {
    const lines = ['Expect: 100-continue'];
    const { status } = await sendWhole(REFUSED[0] as Refused, 20 * MEGABYTE, { lines });
    expect(status).toBe(413);
  });
});

describe('a client whose body is refused', () => {
  const [refused] = REFUSED as [Refused];

  it('is disconnected if it never stops sending', async () => {
    const socket = await openSocket();
    socket.on('error', () => {});
    socket.resume();
    socket.write(headOf(refused, ['Transfer-Encoding: chunked']));
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), CHUNK, Buffer.from('\r\n')]);
    const sendOn = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', sendOn);
    sendOn();
    await new Promise((closed) => socket.once('close', closed));
    expect(socket.bytesWritten).toBeGreaterThan(32 * MEGABYTE);
    expect(socket.bytesWritten).toBeLessThan(64 * MEGABYTE); // this includes bytes in the buffers of the system
  });

  it('is disconnected if it stops sending, and is not in flight meanwhile', async () => {
    const socket = await openSocket();
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.write(headOf(refused, ['Content-Length: 1000000']));
    socket.write('x');
    await expect.poll(() => text).toContain('413');
    expect(gateway.inFlight()).toBe(0);
    await once(socket, 'close');
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('cannot hide a request behind the body', async () => {
    const socket = await openSocket();
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', () => {});
    socket.write(headOf(refused, ['Content-Length: 100000']));
    await expect.poll(() => text).toContain('413');
    const hidden = headOf({ ...refused, method: 'DELETE' }, ['X-Request-Id: hidden']);
    socket.write(Buffer.concat([Buffer.alloc(100_000, 'x'), Buffer.from(hidden)]));
    await once(socket, 'close');
    await sleep(0);
    expect(gateway.logged.filter(({ requestId }) => requestId === 'hidden')).toEqual([]);
  });
});

it('After all these requests, the gateway answers, and has logged no fault', async () => {
  expect((await rest(gateway)).status).toBe(200);
  expect(gateway.logged.filter(({ msg, requestId }) => msg === 'fault' && requestId)).toEqual([]);
});
