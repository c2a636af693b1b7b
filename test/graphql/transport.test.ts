import { describe, expect, it } from 'vitest';
import { initOf } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const RESULT = 'application/graphql-response+json';

async function send(path: string, sent: Parameters<typeof initOf>[1]) {
  const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', ...initOf(gateway, sent) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const post = (body: object | string, headers: Record<string, string> = {}) =>
  send('/graphql', { method: 'POST', body, headers });

describe('POST /graphql', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'query={__typename}'],
    ['text/plain', '{"query":"{__typename}"}'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/graphql', '{__typename}'],
    ['application/json; charset=utf-16', '{"query":"{__typename}"}'],
  ])('takes no %s, which a web page could send in the name of a visitor', async (type, body) => {
    const { status, text } = await post(body, { 'content-type': type });
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each(['application/json', 'Application/JSON', 'application/json ; charset="UTF-8"'])(
    'takes %s',
    async (type) => {
      expect((await post('{"query":"{__typename}"}', { 'content-type': type })).status).toBe(200);
    },
  );

  it.each([
    ['a batch', [{ query: '{__typename}' }]],
    ['null', 'null'],
    ['a number', '1'],
    ['an unknown parameter', { query: '{__typename}', qeury: '{__typename}' }],
    ['variables that are a list', { query: '{__typename}', variables: [] }],
    ['an operation name that is a number', { query: '{__typename}', operationName: 1 }],
  ])('refuses %s', async (_, body) => {
    expect((await post(body, { 'content-type': 'application/json', accept: RESULT })).status).toBe(400);
  });

  it('does not repeat a body that is no JSON', async () => {
    const { status, text } = await post('{"query": secret}', { 'content-type': 'application/json' });
    expect(status).toBe(400);
    expect(text).not.toContain('secret');
  });

  it('serves no subscriptions', async () => {
    const { status, text } = await post({ query: 'subscription { __typename }' }, { accept: RESULT });
    expect([status, text]).toEqual([400, expect.not.stringContaining('INTERNAL')]);
  });
});

describe('GET /graphql', () => {
  const get = (query: string, headers = {}) => send(`/graphql?${query}`, { headers });

  it('runs a query, with its variables', async () => {
    const query = encodeURIComponent('query ($id: ID!) { segment(id: $id) { id } }');
    const { text } = await get(`query=${query}&variables=${encodeURIComponent('{"id":"x"}')}`);
    expect(JSON.parse(text)).toEqual({ data: { segment: null } });
  });

  it('changes nothing', async () => {
    const mutation = encodeURIComponent('mutation { deleteSegment(input: { id: "x" }) { __typename } }');
    const { status, headers } = await get(`query=${mutation}`);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each(['variables', 'extensions'])('refuses %s that are no JSON', async (name) => {
    expect((await get(`query={__typename}&${name}={bad`)).status).toBe(400);
  });
});

describe('another method', () => {
  it.each(['PUT', 'DELETE', 'OPTIONS'])('%s is answered 405', async (method) => {
    const { status, headers } = await send('/graphql', { method });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
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
  ])('%s is answered in %s', async (accept, type) => {
    const { headers } = await post({ query: '{__typename}' }, { accept });
    expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  });

  it.each(['image/png', 'text/html', 'application/json; charset=latin1'])(
    '%s is answered 406',
    async (accept) => {
      expect((await post({ query: '{__typename}' }, { accept })).status).toBe(406);
    },
  );
});

describe('GraphiQL', () => {
  const HTML = { accept: 'text/html' };

  it('comes whole, with examples and nothing to load from elsewhere', async () => {
    const { status, headers, text } = await send('/graphql', { headers: HTML, as: null });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('LatestSegments');
    expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
    expect(headers.get('x-frame-options')).toBe('DENY');
  });

  it('is for browsers: a client that takes JSON gets JSON', async () => {
    const { text } = await send('/graphql?query={__typename}', { headers: { accept: 'application/json' } });
    expect(JSON.parse(text)).toEqual({ data: { __typename: 'Query' } });
  });

  describe('where it is off', () => {
    const closed = testGateway({ graphiql: false });

    it('is not there', async () => {
      const response = await fetch(`${closed.url}/graphql`, { headers: HTML });
      expect([response.status, await response.text()]).toEqual([406, '']);
    });
  });
});
