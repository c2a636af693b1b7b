import { beforeAll, describe, expect, it } from 'vitest';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { received, sendRaw } from '../hostile/socket.ts';

const gateway = testGateway();
const LIST = '/v1/customer-segments';
let id = '';
beforeAll(async () => {
  ({ id } = await createSegment(draft(), gateway.context()));
});

/** Sends a request, with the id of a segment for `:id` in its target, and returns the response. */
const send = async (method: string, target: string, lines: string[] = []) => {
  const { authorization } = gateway.authorization('ada');
  const head = [
    `${method} ${target.replace(':id', id)} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    `Authorization: ${authorization}`,
    ...lines,
  ];
  return received(await sendRaw(gateway.url, `${head.join('\r\n')}\r\n\r\n`));
};
const QUERY = '/graphql?query=%7B__typename%7D';

describe('a target in absolute form (RFC 9112, section 3.2.2)', () => {
  it.each([
    ['http://example.com/health/live', 200],
    [`http://example.com:4000${LIST}?limit=1`, 200],
    [`HTTPS://user@example.com${LIST}/:id`, 200],
    [`http://[::1]:4000${QUERY}`, 200],
    ['http://example.com', 200],
    ['http://example.com?limit=1', 200],
    [`http://${LIST}`, 404],
    [`ftp://example.com${LIST}`, 404],
    [`http://example.com//graphql`, 404],
  ])('%s is answered with %i', async (target, status) => {
    expect((await send('GET', target)).status).toBe(status);
  });
});

describe('a path with percent-encoded characters (RFC 3986, section 6.2.2.2)', () => {
  it.each([
    ['/v1/customer%2Dsegments', 200],
    ['/v1/customer%2dsegments/:id', 200],
    ['/%76%31/%63ustomer-segments?limit=1', 200],
    ['/%67raphql?query=%7B__typename%7D', 200],
    ['/health/%6Cive', 200],
    ['/v1%2Fcustomer-segments', 404],
    ['/v1/customer%252Dsegments', 404],
    ['/v1/%2e%2e/v1/customer-segments', 404],
    [`${LIST}/%2F`, 404],
    [`${LIST}/%252F`, 404],
  ])('%s is answered with %i', async (target, status) => {
    expect((await send('GET', target)).status).toBe(status);
  });

  it('finds a segment by an id with every character encoded', async () => {
    const encoded = [...id].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
    expect((await send('GET', `${LIST}/${encoded}`)).body).toContain(id);
  });
});

describe('OPTIONS', () => {
  it.each(['*', 'http://example.com'])('%s returns all methods, without a token', async (target) => {
    const { status, head } = await send('OPTIONS', target);
    expect(status).toBe(204);
    expect(head).toMatch(/^allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS$/im);
    const withoutToken = await sendRaw(
      gateway.url,
      `OPTIONS ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(received(withoutToken).status).toBe(204);
  });

  it.each([
    [LIST, /^allow: GET, HEAD, POST$/im],
    [`${LIST}/:id`, /^allow: GET, HEAD, PUT, PATCH, DELETE$/im],
  ])('%s returns the methods allowed there', async (target, allow) => {
    const { status, head } = await send('OPTIONS', target);
    expect([status, head]).toEqual([204, expect.stringMatching(allow)]);
  });

  it('returns Accept-Patch for a segment, but not for the collection', async () => {
    expect((await send('OPTIONS', `${LIST}/:id`)).head).toMatch(
      /^accept-patch: application\/merge-patch\+json/im,
    );
    expect((await send('OPTIONS', LIST)).head).not.toMatch(/^accept-patch/im);
  });

  it('is answered with 404 for an unknown path, and * is a target of OPTIONS only', async () => {
    expect((await send('OPTIONS', '/v1/nothing')).status).toBe(404);
    expect((await send('GET', '*')).status).toBe(404);
  });
});

describe('a request that is too long', () => {
  const long = 'x'.repeat(17_000);
  it.each([
    ['a target of 17 KB, with 414', `/graphql?query=${long}`, [], 414],
    ['a target of 1 MB, with 414', `/${'x'.repeat(1_000_000)}`, [], 414],
    ['a header of 17 KB, with 431', LIST, [`X-A: ${long}`], 431],
    ['a header of 1 MB, with 431', LIST, [`X-A: ${'x'.repeat(1_000_000)}`], 431],
    ['a head of 20 KB, with 431', `${LIST}?a=${'x'.repeat(10_000)}`, [`X-A: ${'x'.repeat(10_000)}`], 431],
  ])('is refused: %s', async (_, target, lines, status) => {
    const answer = await send('GET', target, lines);
    expect([answer.status, answer.head]).toEqual([status, expect.stringMatching(/connection: close/i)]);
  });
});

describe('a client of another version of HTTP', () => {
  it.each(['Upgrade: h2c', 'Upgrade: websocket'])('that sends %s is answered in HTTP/1.1', async (line) => {
    const { status } = await send('GET', LIST, [line, 'HTTP2-Settings: AAMAAABkAAQAAP__']);
    expect(status).toBe(200);
  });

  it('that uses HTTP/1.0 gets a response without chunks, after which the connection is closed', async () => {
    const { authorization } = gateway.authorization('ada');
    for (const path of ['/health/ready', LIST, QUERY]) {
      const text = await sendRaw(
        gateway.url,
        `GET ${path} HTTP/1.0\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
      expect(received(text).status).toBe(200);
      expect(text).not.toMatch(/transfer-encoding/i);
    }
  });
});
