import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { rest } from '../client.ts';
import { draft, type TestGateway, testGateway } from '../harness.ts';
import { received, sendRaw } from './socket.ts';

/** As many places and bodies as the attacks below could take many times over. */
const gateway = testGateway({ places: 100, bodies: 50 });
const closed = testGateway({ routerSecret: '0123456789abcdef0123456789abcdef' });
const open: Socket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** A connection that sends some bytes and reads nothing, unless it is resumed. */
async function sent(bytes: string, { url }: TestGateway = gateway): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.on('error', () => {});
  open.push(socket);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

const many = (count: number, bytes: string) => Promise.all(Array.from({ length: count }, () => sent(bytes)));

const authorization = (who: 'ada' | 'bob') =>
  `Authorization: ${gateway.authorization(who).authorization}\r\n`;
const half = (path: string, headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}Content-Length: 1000\r\n\r\n{`;

/** A neighbour's requests, one after another, while others do what they do: how many of a hundred failed. */
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

/** The first answer on a connection. */
async function answerOn(socket: Socket) {
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes('\r\n\r\n')) break;
  }
  return received(text);
}

describe('A neighbour is answered while callers without a token', () => {
  it('pipeline thousands of requests and read no answer', async () => {
    const attack = await many(5, 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(7 * 1_800));
    expect(await failuresOfNeighbour()).toBe(0);
    for (const socket of attack) socket.resume();
    await expect.poll(() => attack.every(({ closed }) => closed)).toBe(true); // each was cut
  });

  it('have as many requests waiting on their connections as all may have', async () => {
    const page = 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n';
    const behind = (count: number) => sent(page + 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
    await Promise.all([...Array(8).fill(1_000), 192].map(behind));
    const ready = 'GET /health/live HTTP/1.1\r\nHost: x\r\n';
    const answers = await sendRaw(
      gateway.url,
      `${`${ready}\r\n`.repeat(9)}${ready}Connection: close\r\n\r\n`,
    );
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(10);
  });

  it('ask for GraphiQL and do not read it', async () => {
    await many(300, 'GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n');
    expect(await failuresOfNeighbour()).toBe(0);
  });

  it('begin bodies and do not finish them', async () => {
    await many(300, half('/graphql'));
    await many(300, half('/v1/customer-segments'));
    expect(await failuresOfNeighbour()).toBe(0);
  });

  it('begin bodies with tokens that do not exist', async () => {
    await many(300, half('/graphql', `Authorization: Bearer ${'x'.repeat(40)}\r\n`));
    expect(await failuresOfNeighbour()).toBe(0);
  });
});

describe('A neighbour is answered while another account', () => {
  it.each(['/graphql', '/v1/customer-segments'])(
    'begins bodies to %s and does not finish them',
    async (path) => {
      await many(300, half(path, authorization('ada')));
      expect(await failuresOfNeighbour()).toBe(0);
      // Nor is its own body kept waiting.
      expect((await rest(gateway, '', { method: 'POST', body: draft(), as: 'bob' })).status).toBe(201);
    },
  );

  it('asks for much and reads nothing', async () => {
    for (let i = 0; i < 100; i++)
      await createSegment(draft({ criteria: 'x'.repeat(5_000) }), gateway.context());
    const request = `GET /v1/customer-segments?limit=100 HTTP/1.1\r\nHost: x\r\n${authorization('ada')}\r\n`;
    await many(30, request.repeat(200));
    expect(await failuresOfNeighbour()).toBe(0);
  });
});

describe('A body is not waited for', () => {
  it.each([
    ['without a token', '/v1/customer-segments', '', 401],
    [
      'with a token that does not exist',
      '/v1/customer-segments',
      `Authorization: Bearer ${'x'.repeat(40)}\r\n`,
      401,
    ],
    ['with a token that does not exist', '/graphql', `Authorization: Bearer ${'x'.repeat(40)}\r\n`, 401],
  ])('%s, by %s', async (_, path, headers, status) => {
    expect((await answerOn(await sent(half(path, headers)))).status).toBe(status);
  });

  it('by a caller that asked before sending it and has no token', async () => {
    const answer = await answerOn(await sent(half('/v1/customer-segments', 'Expect: 100-continue\r\n')));
    expect(answer.status).toBe(401);
  });

  it('with 100 Continue, by a caller of HTTP/1.0 that asked for it', async () => {
    const request = half('/v1/customer-segments', `${authorization('ada')}Expect: 100-continue\r\n`);
    const socket = await sent(request.replace('HTTP/1.1', 'HTTP/1.0'));
    await rest(gateway); // the other one has been read by then
    socket.write(' '.repeat(999));
    expect((await answerOn(socket)).status).toBe(400);
  });

  it.each(['POST', 'GET'])('of a %s without the secret of a router', async (method) => {
    const request = half('/graphql', 'Accept: text/html, application/json\r\n').replace('POST', method);
    const answer = await answerOn(await sent(request, closed));
    expect([answer.status, answer.head]).toEqual([403, expect.stringContaining('application/json')]);
  });
});

describe('Bodies that arrive slowly', () => {
  it('are refused beyond a number for each account, and for each address without one', async () => {
    const attack = await many(60, half('/graphql', authorization('ada')));
    const answers = await Promise.race(attack.map(answerOn));
    expect([answers.status, answers.head]).toEqual([503, expect.stringMatching(/retry-after: 1/i)]);
    const strangers = await many(10, half('/graphql'));
    expect((await Promise.race(strangers.map(answerOn))).status).toBe(503);
  });

  it('are read whole, however many pieces they come in', async () => {
    const body = JSON.stringify(draft({ criteria: 'ä€😀'.repeat(400) }));
    const bytes = Buffer.from(body);
    const head = half('/v1/customer-segments', `${authorization('bob')}Connection: close\r\n`);
    const socket = await sent(
      head.replace('Content-Length: 1000', `Content-Length: ${bytes.length}`).slice(0, -1),
    );
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    const { status, body: answer } = await answerOn(socket);
    expect([status, JSON.parse(answer).criteria]).toEqual([201, 'ä€😀'.repeat(400)]);
  });
});
