import { describe, expect, it } from 'vitest';
import { initOf } from '../client.ts';
import { testGateway } from '../harness.ts';
import { sendRaw } from '../hostile/socket.ts';

const gateway = testGateway();
const RESULT = 'application/graphql-response+json';

async function send(path: string, sent: Parameters<typeof initOf>[1]) {
  const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', ...initOf(gateway, sent) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const post = (body: object | string, headers: Record<string, string> = {}) =>
  send('/graphql', { method: 'POST', body, headers });

describe('POST /graphql', () => {
  // A web page could send some of these on behalf of a visitor.
  it.each([
    ['application/x-www-form-urlencoded', 'query={__typename}'],
    ['text/plain', '{"query":"{__typename}"}'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/graphql', '{__typename}'],
    ['application/json; charset=utf-16', '{"query":"{__typename}"}'],
  ])('refuses %s', async (type, body) => {
    const { status, text } = await post(body, { 'content-type': type });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json ; charset="UTF-8"',
    'application/json;charset=utf8;',
    "application/json; charset='utf-8'",
    'application/json; charset=us-ascii; profile="a;b"',
  ])('accepts %s', async (type) => {
    expect((await post('{"query":"{__typename}"}', { 'content-type': type })).status).toBe(200);
  });

  it.each([
    ['a batch', [{ query: '{__typename}' }]],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"{__typename}"'],
    ['a body without a query', { qeury: '{__typename}' }],
    ['a query that is null', { query: null }],
    ['a query that is a number', { query: 1 }],
    ['extensions that are a list', { query: '{__typename}', extensions: [] }],
    ['variables that are a list', { query: '{__typename}', variables: [] }],
    ['an operation name that is a number', { query: '{__typename}', operationName: 1 }],
  ])('refuses %s', async (_, body) => {
    expect((await post(body, { 'content-type': 'application/json', accept: RESULT })).status).toBe(400);
  });

  it.each([
    ['properties that other servers know', { id: 'Q', doc_id: 'x', qeury: '{', __proto__: {} }],
    [
      'null for optional parameters',
      { operationName: null, variables: null, extensions: null, documentId: null },
    ],
    ['unknown extensions', { extensions: { clientLibrary: { name: '@apollo/client' } } }],
    ['a hash that is sent with a text', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
    ['an id that is sent with a text', { documentId: 'x' }],
  ])('ignores %s', async (_, others) => {
    const { status, text } = await post({ query: '{__typename}', ...others }, { accept: RESULT });
    expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
  });

  it('ignores the query string, whatever it contains', async () => {
    const body = { query: '{__typename}' };
    for (const query of ['query={segments{totalCount}}', 'query=a&query=b', 'variables={', '%zz']) {
      const { text } = await send(`/graphql?${query}`, { method: 'POST', body });
      expect(text).toBe('{"data":{"__typename":"Query"}}');
    }
  });

  it('ignores a byte order mark (RFC 8259, section 8.1)', async () => {
    const { status } = await post('\uFEFF{"query":"{__typename}"}', { 'content-type': 'application/json' });
    expect(status).toBe(200);
  });

  it('refuses an empty operation name for several operations, as graphql-js does', async () => {
    const query = 'query A { __typename } query B { __typename }';
    expect((await post({ query, operationName: '' }, { accept: RESULT })).status).toBe(400);
  });

  it('does not quote a body that is not JSON', async () => {
    const { status, text } = await post('{"query": secret}', { 'content-type': 'application/json' });
    expect(status).toBe(400);
    expect(text).not.toContain('secret');
  });

  it('refuses subscriptions', async () => {
    const { status, text } = await post({ query: 'subscription { __typename }' }, { accept: RESULT });
    expect([status, text]).toEqual([400, expect.not.stringContaining('INTERNAL')]);
  });
});

describe('GET /graphql', () => {
  const get = (query: string, headers = {}) => send(`/graphql?${query}`, { headers });

  it('runs a query with its variables', async () => {
    const query = encodeURIComponent('query ($id: ID!) { segment(id: $id) { id } }');
    const { text } = await get(`query=${query}&variables=${encodeURIComponent('{"id":"x"}')}`);
    expect(JSON.parse(text)).toEqual({ data: { segment: null } });
  });

  it('refuses mutations', async () => {
    const mutation = encodeURIComponent('mutation { deleteSegment(input: { id: "x" }) { __typename } }');
    const { status, headers } = await get(`query=${mutation}`);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each([
    'variables=',
    'operationName=',
    'extensions=',
    'documentId=',
    'variables=null',
    '_=123',
    '_=1&_=2&%zz=%ff',
  ])('ignores %s', async (other) => {
    const { status, text } = await get(`query=query%20A{__typename}&${other}`);
    expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
  });

  it.each([
    '',
    'query=',
    'query={__typename}&query={__typename}',
    'query=%ff',
    'query={__typename}&variables=[]',
  ])('refuses %j', async (query) => {
    expect((await get(query, { accept: RESULT })).status).toBe(400);
  });

  it('decodes percent-encoded names and values', async () => {
    const { text } = await get('%71uery=%7b__typename%7D&operation%4Eame=');
    expect(text).toBe('{"data":{"__typename":"Query"}}');
  });

  it('does not read a body', async () => {
    const answer = await sendRaw(
      gateway.url,
      'GET /graphql?query={__typename} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{"query":"{ segments }"}',
    );
    expect(answer).toContain('{"data":{"__typename":"Query"}}');
  });

  it.each(['variables', 'extensions'])('refuses %s that are not JSON', async (name) => {
    expect((await get(`query={__typename}&${name}={bad`)).status).toBe(400);
  });
});

describe('HEAD /graphql', () => {
  const head = (path: string, accept: string) =>
    send(path, { method: 'HEAD', headers: { accept, 'accept-encoding': 'identity' } });

  it('is answered like GET, without the body', async () => {
    const path = '/graphql?query={__typename}';
    const { text } = await send(path, {});
    const answer = await head(path, '*/*');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(Number(answer.headers.get('content-length'))).toBe(text.length);
  });

  it('has the content type of the page that a browser gets', async () => {
    const { status, headers } = await head('/graphql', 'text/html');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('refuses mutations', async () => {
    const mutation = encodeURIComponent('mutation { deleteSegment(input: { id: "x" }) { __typename } }');
    expect((await head(`/graphql?query=${mutation}`, '*/*')).status).toBe(405);
  });
});

describe('/graphql/', () => {
  it('is another resource (RFC 3986, section 6.2.3)', async () => {
    expect((await send('/graphql/', { method: 'POST', body: { query: '{__typename}' } })).status).toBe(404);
  });
});

describe('another method', () => {
  it.each(['PUT', 'DELETE', 'OPTIONS'])('%s is answered with 405', async (method) => {
    const { status, headers } = await send('/graphql', { method });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('the Accept header', () => {
  it.each([
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    [RESULT, RESULT],
    [`${RESULT}; charset=utf-8, application/json; q=0.9`, RESULT],
    [`${RESULT}; q=0, application/json`, 'application/json'],
    ['text/html, application/*', 'application/json'],
    [`application/json, ${RESULT}`, RESULT],
    [`application/json, ${RESULT}; q=0.9`, 'application/json'],
    [`${RESULT}; q=0.5, */*`, 'application/json'],
    ['application/json; q=0, */*', RESULT],
    ['APPLICATION/JSON', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/json; indent=2', 'application/json'],
    [', ,application/json,', 'application/json'],
    ['', 'application/json'],
    ['multipart/mixed; subscriptionSpec="1.0, x"; deferSpec=20220824, application/json', 'application/json'],
  ])('%s is answered in %s', async (accept, type) => {
    const { headers } = await post({ query: '{__typename}' }, { accept });
    expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  });

  it.each([
    'image/png',
    'text/html',
    'application/json; charset=latin1',
    'application/json; q=0',
    `application/*; q=0, */*`,
    '*/*; q=0.0',
    'text/plain; x="application/json, application/json"',
  ])('%s is answered with 406', async (accept) => {
    expect((await post({ query: '{__typename}' }, { accept })).status).toBe(406);
  });

  it('is named in the Vary header of every answer', async () => {
    for (const accept of ['*/*', RESULT, 'image/png']) {
      expect((await post({ query: '{__typename}' }, { accept })).headers.get('vary')).toBe('accept');
    }
  });
});

describe('GraphiQL', () => {
  const HTML = { accept: 'text/html' };

  it('is a page with examples that loads nothing from elsewhere and cannot be framed', async () => {
    const { status, headers, text } = await send('/graphql', { headers: HTML, as: null });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('LatestSegments');
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  const typeFor = async (accept: string) => {
    const { headers } = await send('/graphql?query={__typename}', { headers: { accept } });
    return headers.get('content-type')?.replace('; charset=utf-8', '');
  };

  it.each([
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'text/html, application/xhtml+xml, */*',
    'TEXT/HTML',
    'text/*',
    '*/*, text/html',
    'text/html, application/json',
    'application/json; q=0.9, text/html',
  ])('is sent to browsers, with Accept: %s', async (accept) => {
    expect(await typeFor(accept)).toBe('text/html');
  });

  it.each([
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, text/html; q=0.1', 'application/json'],
    ['application/json, text/html', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['text/html; q=0, */*', 'application/json'],
    ['text/html; q=0.5, */*', 'application/json'],
    [`text/html; q=0.9, ${RESULT}`, RESULT],
  ])('is not sent to clients with Accept: %s', async (accept, type) => {
    expect(await typeFor(accept)).toBe(type);
  });

  it.each([
    ['gzip', 'gzip'],
    ['deflate, GZIP;q=0.5, *;q=0.1', 'gzip'],
    ['*', 'gzip'],
    ['', null],
    ['br', null],
    ['gzip;q=0, identity', null],
    ['gzip;q=0, *', null],
    ['gzip;q=0.5, identity', null],
    ['x-gzip-not, notgzip', null],
  ])('with Accept-Encoding: %s has Content-Encoding: %s', async (encoding, coded) => {
    const { headers } = await send('/graphql', {
      method: 'HEAD',
      headers: { ...HTML, 'accept-encoding': encoding },
    });
    expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([
      coded,
      'accept, accept-encoding',
    ]);
  });

  describe('that is turned off', () => {
    const closed = testGateway({ graphiql: false });

    it('is not sent', async () => {
      const response = await fetch(`${closed.url}/graphql`, { headers: HTML });
      expect([response.status, await response.text()]).toEqual([406, '']);
    });
  });
});
