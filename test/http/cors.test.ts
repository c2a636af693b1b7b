import { describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';

const ORIGIN = 'https://app.example.com';
const gateway = testGateway({ corsOrigins: new Set([ORIGIN]) });
const FACES = ['/v1/customer-segments', '/graphql'];

const preflight = (path: string, origin: string, asked = 'authorization,if-match') =>
  fetch(gateway.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      ...(asked && { 'access-control-request-headers': asked }),
    },
  });

describe.each(FACES)('CORS_ORIGINS at %s', (path) => {
  it('answers the preflight request of a listed origin without a token', async () => {
    const { status, headers } = await preflight(path, ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-methods')).toContain('PUT');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*if-match/);
    expect(headers.get('vary')).toBe('origin, access-control-request-headers');
  });

  it.each([
    'content-type,authorization',
    'apollographql-client-name,apollographql-client-version,apollo-require-preflight,x-apollo-operation-name',
    'baggage,sentry-trace',
    'traceparent,tracestate',
    'x-datadog-origin, x-datadog-parent-id, x-datadog-sampling-priority, x-datadog-trace-id',
    "x-any!#$%&'*+.^_`|~name",
  ])('allows the request headers %s', async (asked) => {
    const { headers } = await preflight(path, ORIGIN, asked);
    expect(headers.get('access-control-allow-headers')).toBe(asked);
  });

  it.each([
    ['nothing', ''],
    ['a name with a space', 'x y'],
    ['a name with a colon', 'x-a: b'],
    ['a name in quotation marks', '"x"'],
    ['an empty name', 'x,,y'],
    ['500 names', Array.from({ length: 500 }, (_, i) => `x-${i}`).join()],
  ])('allows no request header if the page asks for %s', async (_, asked) => {
    const { status, headers } = await preflight(path, ORIGIN, asked);
    expect([status, headers.get('access-control-allow-headers')]).toEqual([204, null]);
  });

  it('lets a listed origin read responses and their headers, without credentials', async () => {
    const sent = { headers: { origin: ORIGIN, ...gateway.authorization('ada') } };
    const { status, headers } = await fetch(
      `${gateway.url}${path}${path === '/graphql' ? '?query={__typename}' : ''}`,
      sent,
    );
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    for (const name of [
      'etag',
      'event-cursor',
      'content-disposition',
      'www-authenticate',
      'accept-patch',
      'retry-after',
    ]) {
      expect(headers.get('access-control-expose-headers')).toContain(name);
    }
    expect(headers.get('vary')).toMatch(/\borigin\b/);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each([
    'https://evil.example.com',
    'null',
    `${ORIGIN}.evil.com`,
    ORIGIN.toUpperCase(),
    'http://app.example.com',
    '*',
  ])('sends no CORS headers to %s', async (origin) => {
    const { headers } = await preflight(path, origin);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('vary')).toContain('origin');
  });
});

describe('Vary', () => {
  it('names the origin in addition to the headers of the face', async () => {
    const send = (accept: string) => fetch(`${gateway.url}/graphql`, { headers: { accept } });
    expect((await send('text/html')).headers.get('vary')).toBe('origin, accept, accept-encoding');
    expect((await send('application/json')).headers.get('vary')).toBe('origin, accept');
  });
});
