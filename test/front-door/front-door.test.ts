import { describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';

const gateway = testGateway();
const closed = testGateway({ graphiql: false });
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(gateway.url + path, { method, headers });

describe('GET /', () => {
  it('lists what the gateway serves, without a token', async () => {
    const response = await open('/');
    expect(response.headers.get('content-type')).toBe('application/json');
    const { name, links } = (await response.json()) as { name: string; links: Record<string, string> };
    expect(name).toBe('segments-gateway');
    for (const path of Object.values(links)) expect((await open(path, HTML)).status, path).not.toBe(404);
  });

  it('is a page for a browser, which may load nothing', async () => {
    const response = await open('/', HTML);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('<a href="/openapi.json">');
  });

  it('mentions GraphiQL only if it is served', async () => {
    expect(await (await open('/', HTML)).text()).toContain('GraphiQL');
    expect(await (await fetch(closed.url, { headers: HTML })).text()).not.toContain('GraphiQL');
  });

  it('is not sent again to a client that has it', async () => {
    const etag = (await open('/', HTML)).headers.get('etag') ?? '';
    expect((await open('/', { ...HTML, 'if-none-match': etag })).status).toBe(304);
    expect((await open('/', { 'if-none-match': etag })).status).toBe(200);
  });

  it('is only read', async () => {
    const { status, headers } = await open('/', {}, 'POST');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('What browsers and robots ask for', () => {
  it('is answered without a token', async () => {
    expect((await open('/favicon.ico')).status).toBe(204);
    expect(await (await open('/robots.txt')).text()).toBe('User-agent: *\nDisallow: /\n');
  });
});
