import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { rest } from '../client.ts';
import { draft, type TestGateway, testGateway } from '../harness.ts';
import { received, sendRaw } from './socket.ts';

/** So few places and bodies that the attacks below could take all of them several times over. */
const gateway = testGateway({ places: 100, bodies: 50 });
const closed = testGateway({ routerSecret: '0123456789abcdef0123456789abcdef' });
const open: Socket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Connects, sends bytes, and reads nothing until the socket is resumed. */
async function connectAndSend(bytes: string, { url }: TestGateway = gateway): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => {});
  open.push(socket);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

const connectMany = (count: number, bytes: string) =>
  Promise.all(Array.from({ length: count }, () => connectAndSend(bytes)));

const authorization = (who: 'ada' | 'bob') =>
  `Authorization: ${gateway.authorization(who).authorization}\r\n`;
const halfRequest = (path: string, headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}Content-Length: 1000\r\n\r\n{`;

/** Sends a hundred requests of a neighbour, one after another, and a readiness check. Returns how many of them failed. */
async function failuresOfNeighbour(): Promise<number> {
  const { id } = await createSegment(draft(), gateway.context('bob'));
  let failures = 0;
  for (let i = 0; i < 100; i++) {
    const { status } = await rest(gateway, `/${id}`, { as: 'bob' });
    if (status !== 200) failures += 1;
  }
  const ready = await fetch(`${gateway.url}/health/ready`);
  return ready.status === 200 ? failures : failures + 1;
}

/** Reads the first response on a connection. */
async function responseOn(socket: Socket) {
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes('\r\n\r\n')) break;
  }
  return received(text);
}

describe('A neighbour is served while clients without a token', () => {
  it('pipeline thousands of requests and read no response', async () => {
    const attack = await connectMany(5, 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(7 * 1_800));
    expect(await failuresOfNeighbour()).toBe(0);
    for (const socket of attack) socket.resume();
    await expect.poll(() => attack.every(({ closed }) => closed)).toBe(true); // the gateway closed each of them
  });

  it('have as many requests waiting on their connections as are allowed in total', async () => {
    const page = 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n';
    const behind = (count: number) =>
      connectAndSend(page + 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
    await Promise.all([...Array(8).fill(1_000), 192].map(behind));
    const ready = 'GET /health/live HTTP/1.1\r\nHost: x\r\n';
    const answers = await sendRaw(
      gateway.url,
      `${`${ready}\r\n`.repeat(9)}${ready}Connection: close\r\n\r\n`,
    );
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(10);
  });

  it('request GraphiQL and do not read it', async () => {
    await connectMany(300, 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n');
    expect(await failuresOfNeighbour()).toBe(0);
  });

  it('request the script of the reference page and do not read it', async () => {
    await connectMany(300, 'GET /docs/scalar-x.js HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await failuresOfNeighbour()).toBe(0);
  });

  it('start bodies and do not finish them', async () => {
    await connectMany(300, halfRequest('/graphql'));
    await connectMany(300, halfRequest('/v1/customer-segments'));
    expect(await failuresOfNeighbour()).toBe(0);
  });

  it('start bodies with unknown tokens', async () => {
    await connectMany(300, halfRequest('/graphql', `Authorization: Bearer ${'x'.repeat(40)}\r\n`));
    expect(await failuresOfNeighbour()).toBe(0);
  });
});

describe('A neighbour is served while another account', () => {
  it.each(['/graphql', '/v1/customer-segments'])(
    'starts bodies to %s and does not finish them',
    async (path) => {
      await connectMany(300, halfRequest(path, authorization('ada')));
      expect(await failuresOfNeighbour()).toBe(0);
      // The neighbour's own body is read, too.
      expect((await rest(gateway, '', { method: 'POST', body: draft(), as: 'bob' })).status).toBe(201);
    },
  );

  it('requests large pages and reads no response', async () => {
    for (let i = 0; i < 100; i++)
      await createSegment(draft({ criteria: 'x'.repeat(5_000) }), gateway.context());
    const request = `GET /v1/customer-segments?limit=100 HTTP/1.1\r\nHost: x\r\n${authorization('ada')}\r\n`;
    await connectMany(30, request.repeat(200));
    expect(await failuresOfNeighbour()).toBe(0);
  });
});

describe('The gateway does not wait for the body of a request', () => {
  it.each([
    ['without a token', '/v1/customer-segments', '', 401],
    ['with an unknown token', '/v1/customer-segments', `Authorization: Bearer ${'x'.repeat(40)}\r\n`, 401],
    ['with an unknown token', '/graphql', `Authorization: Bearer ${'x'.repeat(40)}\r\n`, 401],
  ])('%s, to %s', async (_, path, headers, status) => {
    expect((await responseOn(await connectAndSend(halfRequest(path, headers)))).status).toBe(status);
  });

  it('without a token that sends Expect: 100-continue', async () => {
    const answer = await responseOn(
      await connectAndSend(halfRequest('/v1/customer-segments', 'Expect: 100-continue\r\n')),
    );
    expect(answer.status).toBe(401);
  });

  it.each(['POST', 'GET'])('by %s without the secret of the router', async (method) => {
    const request = halfRequest('/graphql', 'Accept: text/html, application/json\r\n').replace(
      'POST',
      method,
    );
    const answer = await responseOn(await connectAndSend(request, closed));
    expect([answer.status, answer.head]).toEqual([403, expect.stringContaining('application/json')]);
  });
});

it('A client of HTTP/1.0 that sends Expect: 100-continue gets no 100 Continue', async () => {
  const request = halfRequest('/v1/customer-segments', `${authorization('ada')}Expect: 100-continue\r\n`);
  const socket = await connectAndSend(request.replace('HTTP/1.1', 'HTTP/1.0'));
  await rest(gateway); // the gateway has read the request by then
  socket.write(' '.repeat(999));
  expect((await responseOn(socket)).status).toBe(400);
});

describe('Bodies that arrive slowly', () => {
  it('are limited in number per account, and per address for requests without a token', async () => {
    const attack = await connectMany(60, halfRequest('/graphql', authorization('ada')));
    const answers = await Promise.race(attack.map(responseOn));
    expect([answers.status, answers.head]).toEqual([503, expect.stringMatching(/retry-after: 1/i)]);
    const strangers = await connectMany(10, halfRequest('/graphql'));
    expect((await Promise.race(strangers.map(responseOn))).status).toBe(503);
  });

  it('are read completely, even byte by byte', async () => {
    const body = JSON.stringify(draft({ criteria: 'ä€😀'.repeat(400) }));
    const bytes = Buffer.from(body);
    const head = halfRequest('/v1/customer-segments', `${authorization('bob')}Connection: close\r\n`);
    const socket = await connectAndSend(
      head.replace('Content-Length: 1000', `Content-Length: ${bytes.length}`).slice(0, -1),
    );
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    const { status, body: answer } = await responseOn(socket);
    expect([status, JSON.parse(answer).criteria]).toEqual([201, 'ä€😀'.repeat(400)]);
  });
});
