import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { makeDatabase } from '../postgres.ts';
import { authorization, processes, SEGMENTS, TOKEN } from './gateway-process.ts';

const { run, serve } = processes();

const isLinux = process.platform === 'linux';

it.runIf(isLinux)('two gateways share a port, and one of them serves it when the other stops', async () => {
  const database = await makeDatabase();
  const shared = { DATABASE_URL: database.url, API_TOKEN: TOKEN, PORT_SHARED: 'on' };
  const first = await serve(shared);
  const second = await serve({ ...shared, PORT: new URL(first.url).port });
  expect(second.url).toBe(first.url);

  /** Sends a request over a connection of its own. */
  const ask = async () =>
    (await fetch(first.url + SEGMENTS, { headers: { ...authorization, connection: 'close' } })).status;
  const hasAnswered = ({ said }: typeof first) => said().out.includes('"status":200');
  await expect
    .poll(async () => [await ask(), hasAnswered(first), hasAnswered(second)])
    .toEqual([200, true, true]);

  expect(await first.end()).toBe(0);
  for (let i = 0; i < 20; i++) expect(await ask()).toBe(200);
  expect(await second.end()).toBe(0);
  await database.drop();
});

it('a gateway does not share its port with a program that does not share it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // because it listens on a port
  const database = await makeDatabase();
  const { code, err } = await run(['serve'], {
    DATABASE_URL: database.url,
    API_TOKEN: TOKEN,
    PORT: `${port}`,
    PORT_SHARED: 'on',
  });
  server.close();
  await database.drop();
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^PORT is \d+, but another program already listens/),
  ]);
});
