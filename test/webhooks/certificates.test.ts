import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDestinations } from '../../src/webhooks/destinations/open-destinations.ts';
import { receiver } from './receiver.ts';

const pem = (name: string) => readFileSync(join(import.meta.dirname, 'certificates', `${name}.pem`), 'utf8');
const ca = pem('ca');
const limits = { timeoutMs: 60_000, bodyMs: 60_000 };
const message = { headers: {}, body: '{}' };

/** Starts a receiver with a certificate, and sends it a message. Returns what came of that. */
async function posted(certificate: string, host = 'localhost', trust: { ca?: string } = { ca }) {
  const running = await receiver((_, response) => response.end('ok'), pem(certificate));
  onTestFinished(running.stop);
  const destinations = openDestinations({ allowPrivate: true, ports: [], version: '1', ...limits, ...trust });
  const connection = destinations.open(`https://${host}:${running.port}/`);
  const { attempt } = await connection.post(message);
  connection.close();
  expect(running.received).toHaveLength(attempt.status === null ? 0 : 1);
  return attempt;
}

describe('A certificate', () => {
  it('of a known authority for the host is accepted', async () => {
    expect(await posted('localhost')).toMatchObject({ status: 200, body: 'ok' });
  });

  it.each([
    [
      'that is self-signed',
      'self-signed',
      'localhost',
      'The certificate is not valid: self-signed certificate.',
    ],
    ['that has expired', 'expired', 'localhost', 'The certificate is not valid: certificate has expired.'],
    [
      'for another host',
      'localhost',
      '127.0.0.1',
      'The certificate is not valid: it was issued for another host.',
    ],
  ])('%s is refused, before anything is sent', async (_, certificate, host, error) => {
    expect(await posted(certificate, host)).toMatchObject({ status: null, error, body: null });
  });

  it('of an unknown authority is refused', async () => {
    expect(await posted('localhost', 'localhost', {})).toMatchObject({
      status: null,
      error: 'The certificate is not valid: unable to verify the first certificate.',
    });
  });

  it('is needed: a receiver without TLS is refused', async () => {
    const running = await receiver((_, response) => response.end());
    onTestFinished(running.stop);
    const destinations = openDestinations({ allowPrivate: true, ports: [], version: '1', ...limits });
    const { attempt } = await destinations.open(`https://localhost:${running.port}/`).post(message);
    expect(attempt).toMatchObject({ status: null, error: 'The TLS connection could not be established.' });
  });
});

describe('A process whose environment turns protection off', () => {
  /** Sends a message in a process with variables. Returns the attempt. */
  async function postedWith(environment: Record<string, string>, url: string) {
    const path = join(import.meta.dirname, '../../src/webhooks/destinations/open-destinations.ts');
    const script = `
      import { openDestinations } from ${JSON.stringify(path)};
      const destinations = openDestinations({ allowPrivate: true, ports: [], version: '1', timeoutMs: 60_000, bodyMs: 60_000 });
      const { attempt } = await destinations.open(${JSON.stringify(url)}).post({ headers: {}, body: '{}' });
      console.log(JSON.stringify(attempt));
      process.exit();`;
    const env = { PATH: process.env.PATH ?? '', ...environment };
    const args = ['--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout);
  }

  it('still verifies certificates', async () => {
    const running = await receiver((_, response) => response.end(), pem('self-signed'));
    onTestFinished(running.stop);
    const attempt = await postedWith(
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      `https://localhost:${running.port}/`,
    );
    expect(attempt).toMatchObject({
      status: null,
      error: expect.stringContaining('self-signed certificate'),
    });
    expect(running.received).toEqual([]);
  });

  it('uses no proxy', async () => {
    const proxy = await receiver((_, response) => response.end('from the proxy'));
    const running = await receiver((_, response) => response.end('from the receiver'));
    onTestFinished(proxy.stop);
    onTestFinished(running.stop);
    const via = `http://127.0.0.1:${proxy.port}`;
    const variables = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: via, HTTPS_PROXY: via, ALL_PROXY: via };
    const lower = { http_proxy: via, https_proxy: via };
    const attempt = await postedWith({ ...variables, ...lower }, `http://localhost:${running.port}/`);
    expect(attempt).toMatchObject({ status: 200, body: 'from the receiver' });
    await postedWith({ ...variables, ...lower }, 'https://localhost:1/');
    expect(proxy.connections()).toBe(0);
  });
});
