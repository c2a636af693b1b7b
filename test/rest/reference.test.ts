import { describe, expect, it } from 'vitest';
import { testGateway } from '../harness.ts';
import { makeDatabase } from '../postgres.ts';
import { processes } from '../process/gateway-process.ts';

const gateway = testGateway();
const { serve } = processes();

const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(gateway.url + path, { method, headers });

/** The path of the script that the page of a gateway loads. */
const scriptOf = async (url: string): Promise<string> =>
  /src="([^"]+)"/.exec(await (await fetch(`${url}/docs`)).text())?.[1] ?? '';

describe('GET /docs', () => {
  it.each(['text/html', 'application/json', '*/*'])('is a page if %s is accepted', async (accept) => {
    const { status, headers } = await open('/docs', { accept });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('has a policy that allows no other origin, no other script in the page, and no code from text', async () => {
    const policy = (await open('/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[^']+';/);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  it('is not sent again to a browser that has it', async () => {
    const etag = (await open('/docs')).headers.get('etag') ?? '';
    expect((await open('/docs', { 'if-none-match': etag })).status).toBe(304);
  });

  it('is only read', async () => {
    const { status, headers } = await open('/docs', {}, 'POST');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await (await open('/docs', {}, 'HEAD')).text()).toBe('');
  });

  it('is the only path, beside that of its script', async () => {
    for (const path of ['/docs/', '/docs/other.html', '/docs/scalar-.js']) {
      expect((await open(path, gateway.authorization('ada'))).status, path).toBe(404);
    }
  });
});

describe('The script of /docs', () => {
  it('is compressed, and kept by browsers, because its path changes with it', async () => {
    const { status, headers } = await open(await scriptOf(gateway.url));
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('is the same without compression', async () => {
    const path = await scriptOf(gateway.url);
    const [zipped, plain] = await Promise.all(
      ['gzip', 'identity'].map(async (encoding) =>
        (await open(path, { 'accept-encoding': encoding })).text(),
      ),
    );
    expect(plain?.length).toBeGreaterThan(1_000_000);
    expect(zipped === plain).toBe(true);
  });

  it('replaces that of another version during an upgrade, but is not kept for it', async () => {
    const { status, headers } = await open('/docs/scalar-of-another-version.js');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-cache']);
  });

  it('is in the bundle, compressed at the same size', async () => {
    const database = await makeDatabase();
    const { url } = await serve({ DATABASE_URL: database.url });
    const path = await scriptOf(url);
    expect(path).toBe(await scriptOf(gateway.url));
    expect((await fetch(url + path)).headers.get('content-length')).toBe(
      (await open(path)).headers.get('content-length'),
    );
  });
});
