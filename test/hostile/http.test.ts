import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { rest } from '../client.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from './socket.ts';

const gateway = testGateway();
const authorization = () => `Authorization: ${gateway.authorization('ada').authorization}`;
const send = async (lines: string[], body = '') =>
  received(await sendRaw(gateway.url, `${lines.join('\r\n')}\r\n\r\n${body}`));
const open: Socket[] = [];

async function opened(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Whatever was done, others are served while it goes on: the connections are still open. */
afterEach(async () => {
  expect((await rest(gateway)).status).toBe(200);
  for (const socket of open.splice(0)) socket.destroy();
});

describe('a request that HTTP forbids', () => {
  const GET = 'GET /v1/customer-segments HTTP/1.1';
  const POST = 'POST /v1/customer-segments HTTP/1.1';
  it.each([
    [
      'has both lengths',
      400,
      [POST, 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
    ['has two lengths', 400, [POST, 'Host: x', 'Content-Length: 2', 'Content-Length: 3'], '{}'],
    ['has a signed length', 400, [POST, 'Host: x', 'Content-Length: +2'], '{}'],
    ['has a negative length', 400, [POST, 'Host: x', 'Content-Length: -1'], ''],
    ['has a length of letters', 400, [POST, 'Host: x', 'Content-Length: 2abc'], '{}'],
    ['is chunked in a way unknown', 400, [POST, 'Host: x', 'Transfer-Encoding: xchunked'], '{}'],
    ['names no host', 400, [GET], ''],
    ['has a space before a colon', 400, [GET, 'Host : x'], ''],
    ['folds a header', 400, [GET, 'Host: x', 'X-A: a', ' b'], ''],
    ['has NUL in a header', 400, [GET, 'Host: x', 'X-A: a\0b'], ''],
    ['has 20 KiB of headers', 431, [GET, 'Host: x', `X-A: ${'a'.repeat(20_000)}`], ''],
    ['has a target of 64 KiB', 414, [`GET /${'x'.repeat(65_536)} HTTP/1.1`, 'Host: x'], ''],
    ['is of no protocol', 400, ['GET / HTTP/9.9', 'Host: x'], ''],
    ['expects the impossible', 417, [GET, 'Host: x', 'Expect: nonsense', 'Connection: close'], ''],
  ])('because it %s gets %i', async (_, status, lines, body) => {
    expect((await send(lines, body)).status).toBe(status);
  });

  it('can not put a header into an answer', async () => {
    const answer = await send([
      'GET /v1/customer-segments HTTP/1.1',
      'Host: x',
      'Connection: close',
      'X-Request-Id: a%0d%0aSet-Cookie: b',
    ]);
    expect(answer.head).not.toMatch(/set-cookie/i);
  });

  it('can not hide a second one in its body', async () => {
    const smuggled = 'GET /v1/customer-segments HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await sendRaw(
      gateway.url,
      `POST /v1/customer-segments HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('a caller who', () => {
  it('sends a hundred requests at once over one connection gets a hundred answers, in order', async () => {
    const { id } = await createSegment(draft(), gateway.context());
    const one = (i: number) =>
      `GET /v1/customer-segments/${i % 2 ? id : 'nope'} HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nX-Request-Id: n${i}\r\n${i === 99 ? 'Connection: close\r\n' : ''}\r\n`;
    const answer = await sendRaw(gateway.url, Array.from({ length: 100 }, (_, i) => one(i)).join(''));
    const ids = [...answer.matchAll(/x-request-id: (n\d+)/gi)].map(([, name]) => name);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => `n${i}`));
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(
      Array.from({ length: 100 }, (_, i) => (i % 2 ? '200' : '404')),
    );
  });

  it('holds a thousand connections that say nothing keeps nobody out', async () => {
    await Promise.all(Array.from({ length: 1_000 }, () => opened()));
  });

  it('begins five hundred requests and sends no more keeps nobody out', async () => {
    for (const socket of await Promise.all(Array.from({ length: 500 }, () => opened()))) {
      socket.write('GET /v1/customer-segments HTTP/1.1\r\nHost: x\r\nX-');
    }
  });

  it('asks for much and never reads keeps nobody out', async () => {
    for (let i = 0; i < 100; i++)
      await createSegment(draft({ criteria: 'x'.repeat(5_000) }), gateway.context());
    for (const socket of await Promise.all(Array.from({ length: 20 }, () => opened()))) {
      socket.pause();
      for (let i = 0; i < 10; i++)
        socket.write(`GET /v1/customer-segments?limit=100 HTTP/1.1\r\nHost: x\r\n${authorization()}\r\n\r\n`);
    }
  });

  it('leaves in the middle of a body leaves nothing behind', async () => {
    const before = (await rest(gateway, '?limit=1')).body.data[0]?.id;
    for (let i = 0; i < 100; i++) {
      const socket = await opened();
      socket.write(
        `POST /v1/customer-segments HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"cut`,
      );
      socket.destroy();
    }
    expect((await rest(gateway, '?limit=1')).body.data[0]?.id).toBe(before);
  });

  it('announces more than may be sent is told so before sending it', async () => {
    const answer = await send([
      'POST /v1/customer-segments HTTP/1.1',
      'Host: x',
      authorization(),
      'Content-Type: application/json',
      'Content-Length: 99999999',
      'Expect: 100-continue',
    ]);
    expect(answer.status).toBe(413);
  });
});

describe('an answer', () => {
  const headersOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(gateway.url + path, { headers: { ...gateway.authorization('ada'), ...headers } })).headers;

  it.each(['/v1/customer-segments', '/graphql?query={segments{totalCount}}', '/v1/nothing'])(
    'of %s is kept by nobody',
    async (path) => {
      expect((await headersOf(path)).get('cache-control')).toBe('no-store');
    },
  );

  it('opens itself to no other site', async () => {
    for (const origin of ['https://evil.example.com', 'null']) {
      const headers = await headersOf('/v1/customer-segments', { origin });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('of HTML may be framed by nobody and loads nothing from elsewhere', async () => {
    const headers = await headersOf('/graphql', { accept: 'text/html' });
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
