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

async function openSocket(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** After each test, while its connections are still open, others are served. */
afterEach(async () => {
  expect((await rest(gateway)).status).toBe(200);
  for (const socket of open.splice(0)) socket.destroy();
});

describe('a request', () => {
  const GET = 'GET /v1/customer-segments HTTP/1.1';
  const POST = 'POST /v1/customer-segments HTTP/1.1';
  it.each([
    [
      'has both Content-Length and Transfer-Encoding',
      400,
      [POST, 'Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
    ['has two Content-Lengths', 400, [POST, 'Host: x', 'Content-Length: 2', 'Content-Length: 3'], '{}'],
    ['has a sign in Content-Length', 400, [POST, 'Host: x', 'Content-Length: +2'], '{}'],
    ['has a negative Content-Length', 400, [POST, 'Host: x', 'Content-Length: -1'], ''],
    ['has letters in Content-Length', 400, [POST, 'Host: x', 'Content-Length: 2abc'], '{}'],
    ['has an unknown Transfer-Encoding', 400, [POST, 'Host: x', 'Transfer-Encoding: xchunked'], '{}'],
    ['has no Host', 400, [GET], ''],
    ['has a space before the colon of a header', 400, [GET, 'Host : x'], ''],
    ['has a folded header', 400, [GET, 'Host: x', 'X-A: a', ' b'], ''],
    ['has U+0000 in a header', 400, [GET, 'Host: x', 'X-A: a\0b'], ''],
    ['has 20 KiB of headers', 431, [GET, 'Host: x', `X-A: ${'a'.repeat(20_000)}`], ''],
    ['has a target of 64 KiB', 414, [`GET /${'x'.repeat(65_536)} HTTP/1.1`, 'Host: x'], ''],
    ['has an unknown version of HTTP', 400, ['GET / HTTP/9.9', 'Host: x'], ''],
    ['has an unknown expectation', 417, [GET, 'Host: x', 'Expect: nonsense', 'Connection: close'], ''],
  ])('that %s is answered with %i', async (_, status, lines, body) => {
    expect((await send(lines, body)).status).toBe(status);
  });

  it('cannot add a header to the response by its request id', async () => {
    const answer = await send([
      'GET /v1/customer-segments HTTP/1.1',
      'Host: x',
      'Connection: close',
      'X-Request-Id: a%0d%0aSet-Cookie: b',
    ]);
    expect(answer.head).not.toMatch(/set-cookie/i);
  });

  it('cannot hide a second request in its body', async () => {
    const smuggled = 'GET /v1/customer-segments HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await sendRaw(
      gateway.url,
      `POST /v1/customer-segments HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('a client that', () => {
  it('sends a hundred requests at once over one connection gets a hundred responses, in order', async () => {
    const { id } = await createSegment(draft(), gateway.context());
    const requestText = (i: number) =>
      `GET /v1/customer-segments/${i % 2 ? id : 'nope'} HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nX-Request-Id: n${i}\r\n${i === 99 ? 'Connection: close\r\n' : ''}\r\n`;
    const answer = await sendRaw(gateway.url, Array.from({ length: 100 }, (_, i) => requestText(i)).join(''));
    const ids = [...answer.matchAll(/x-request-id: (n\d+)/gi)].map(([, name]) => name);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => `n${i}`));
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(
      Array.from({ length: 100 }, (_, i) => (i % 2 ? '200' : '404')),
    );
  });

  it('opens a thousand connections and sends nothing does not block others', async () => {
    await Promise.all(Array.from({ length: 1_000 }, () => openSocket()));
  });

  it('starts five hundred requests and never finishes them does not block others', async () => {
    for (const socket of await Promise.all(Array.from({ length: 500 }, () => openSocket()))) {
      socket.write('GET /v1/customer-segments HTTP/1.1\r\nHost: x\r\nX-');
    }
  });

  it('requests large pages and never reads them does not block others', async () => {
    for (let i = 0; i < 100; i++)
      await createSegment(draft({ criteria: 'x'.repeat(5_000) }), gateway.context());
    for (const socket of await Promise.all(Array.from({ length: 20 }, () => openSocket()))) {
      socket.pause();
      for (let i = 0; i < 10; i++)
        socket.write(`GET /v1/customer-segments?limit=100 HTTP/1.1\r\nHost: x\r\n${authorization()}\r\n\r\n`);
    }
  });

  it('disconnects in the middle of a body creates nothing', async () => {
    const before = (await rest(gateway, '?limit=1')).body.data[0]?.id;
    for (let i = 0; i < 100; i++) {
      const socket = await openSocket();
      socket.write(
        `POST /v1/customer-segments HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"cut`,
      );
      socket.destroy();
    }
    expect((await rest(gateway, '?limit=1')).body.data[0]?.id).toBe(before);
  });

  it('announces a body over the limit is refused before it sends it', async () => {
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

describe('a response', () => {
  const headersOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(gateway.url + path, { headers: { ...gateway.authorization('ada'), ...headers } })).headers;

  it.each(['/v1/customer-segments', '/graphql?query={segments{totalCount}}', '/v1/nothing'])(
    'to %s may not be stored by caches',
    async (path) => {
      expect((await headersOf(path)).get('cache-control')).toBe('no-store');
    },
  );

  it('has no CORS headers for other origins', async () => {
    for (const origin of ['https://evil.example.com', 'null']) {
      const headers = await headersOf('/v1/customer-segments', { origin });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('of HTML cannot be framed and loads nothing from other origins', async () => {
    const headers = await headersOf('/graphql', { accept: 'text/html' });
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
