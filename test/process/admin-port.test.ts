import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/embedded-postgres/server.ts';
import { makeDatabase } from '../postgres.ts';
import { seriesOf } from '../telemetry/scraped.ts';
import { authorization, processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { begin, run, serve, temporaryFolder } = processes();

/** The address of ADMIN_PORT, as the log says it; undefined until it does. */
const adminUrlIn = ({ out }: { out: string }) => /"adminUrl":"([^"]+)"/.exec(out)?.[1];
const answerAt = async (url: string) => {
  const response = await fetch(url);
  return [response.status, await response.json()];
};

async function started(environment: Record<string, string> = {}) {
  const database = await makeDatabase();
  const gateway = await serve({
    ...{ DATABASE_URL: database.url, API_TOKEN: TOKEN, ADMIN_PORT: '0' },
    ...environment,
  });
  return { gateway, admin: adminUrlIn(gateway.said()) ?? '', ...database };
}

describe.concurrent('ADMIN_PORT', () => {
  it('serves metrics of the bundle, and health, without a token', async ({ expect }) => {
    const { gateway, admin, drop } = await started();
    await gateway.send(SEGMENTS);
    const scrape = async () => seriesOf(await (await fetch(`${admin}/metrics`)).text());
    const name = `segments_http_requests_total{face="rest",operation="GET ${SEGMENTS}",status="200"}`;
    await expect.poll(async () => (await scrape()).get(name)).toBe(1);
    expect(await answerAt(`${admin}/live`)).toEqual([200, { status: 'ok' }]);
    expect(await answerAt(`${admin}/ready`)).toEqual([200, { status: 'ok' }]);
    expect((await gateway.send('/metrics')).status).toBe(404);
    expect(await gateway.end()).toBe(0);
    await drop();
  });

  it('answers nothing else, and no other method', async ({ expect }) => {
    const { gateway, admin, drop } = await started();
    const statuses = [];
    for (const path of ['/', '/v1/customer-segments', '/metrics/', '/__proto__', '//metrics']) {
      statuses.push((await fetch(admin + path, { headers: authorization })).status);
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404]);
    const posted = await fetch(`${admin}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${admin}/metrics?x=1`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      ...[200, 'text/plain; version=0.0.4; charset=utf-8', ''],
    ]);
    expect(await gateway.end()).toBe(0);
    await drop();
  });

  it('says that the gateway is starting while it waits for its database', async ({ expect }) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo; // because it listens on a port
    closed.close();
    const { child, said, running } = begin({
      ...{ DATABASE_URL: `postgres://x:y@127.0.0.1:${port}/z`, DATABASE_WAIT: '600', ADMIN_PORT: '0' },
    });
    running.catch(() => {}); // it is stopped before it listens
    await expect.poll(() => adminUrlIn(said)).toBeDefined();
    expect(await answerAt(`${adminUrlIn(said)}/live`)).toEqual([200, { status: 'ok' }]);
    expect(await answerAt(`${adminUrlIn(said)}/ready`)).toEqual([503, { status: 'starting' }]);
    expect((await fetch(`${adminUrlIn(said)}/metrics`)).status).toBe(200);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('says that the gateway is stopping, and is served until the last request is answered', async ({
    expect,
  }) => {
    const { gateway, admin, drop } = await started();
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    const head = `PUT ${SEGMENTS}/x HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization.authorization}\r\n`;
    socket.write(
      `${head}content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n`,
    );
    await expect.poll(() => answer).toContain('100 Continue'); // the request is being worked on
    const ended = gateway.end();
    await expect.poll(() => answerAt(`${admin}/ready`)).toEqual([503, { status: 'stopping' }]);
    expect(await answerAt(`${admin}/live`)).toEqual([200, { status: 'ok' }]);
    socket.end('{}');
    expect(await ended).toBe(0);
    await expect(fetch(`${admin}/live`)).rejects.toThrow();
    await drop();
  });

  it('says that the database is gone, and when it is back', async ({ expect }) => {
    const folder = temporaryFolder();
    const postgres = await startEmbedded(folder);
    const gateway = await serve({ DATABASE_URL: postgres.url, API_TOKEN: TOKEN, ADMIN_PORT: '0' });
    const ready = () => answerAt(`${adminUrlIn(gateway.said())}/ready`);
    await expect.poll(ready).toEqual([200, { status: 'ok' }]);
    await postgres.stop();
    await expect.poll(ready).toEqual([503, { status: 'database unavailable' }]);
    const restarted = await startEmbedded(folder);
    await expect.poll(ready).toEqual([200, { status: 'ok' }]);
    expect(await gateway.end()).toBe(0);
    await restarted.stop();
  });

  it('ends the start with one line if another program listens on it', async ({ expect }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // because it listens on a port
    const { code, err } = await run(['serve'], { ADMIN_PORT: `${port}`, DATA_DIR: temporaryFolder() });
    server.close();
    expect([code, err]).toEqual([
      1,
      `ADMIN_PORT is ${port}, but another program already listens on it at 127.0.0.1 (EADDRINUSE). Stop that program, or set another ADMIN_PORT.\n`,
    ]);
  });

  it.each([
    [{ ADMIN_PORT: '4000', PORT: '4000' }, 'ADMIN_PORT must be another port than PORT; both are 4000.\n'],
    [
      { ADMIN_PORT: '0', ADMIN_HOST: '203.0.113.1' },
      'ADMIN_HOST must be an address of this machine; it is "203.0.113.1" (EADDRNOTAVAIL).\n',
    ],
  ])('is refused with %j', async (environment, message) => {
    const { code, err } = await run(['serve'], { ...environment, DATA_DIR: temporaryFolder() });
    expect([code, err]).toEqual([2, message]);
  });

  it('is not open if it is not set', async ({ expect }) => {
    const { gateway, drop } = await started({ ADMIN_PORT: '' });
    expect(gateway.said().out).not.toContain('adminUrl');
    expect(await gateway.end()).toBe(0);
    await drop();
  });
});
