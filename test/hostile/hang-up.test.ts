import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { rest } from '../client.ts';
import { draft, testGateway, viewers } from '../harness.ts';

const gateway = testGateway({ places: 20, bodies: 4 });

/** Locks the table of tokens, so that a request with a token that is not cached waits. Returns a function that unlocks it. */
async function lockTokens(): Promise<() => Promise<void>> {
  const client = await gateway.database.probe.connect();
  await client.query('begin; lock table api_tokens in access exclusive mode');
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

async function connectAndSend(bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

it.each([
  ['after its body', 2],
  ['in the middle of its body', 1_000],
])('A client that hangs up %s during its token lookup leaves nothing in flight', async (_, length) => {
  const { accountId, scopes } = viewers.ada;
  const { token } = await gateway.tokens.create({
    accountId,
    name: 'new',
    scopes: [...scopes],
    expiresAt: null,
  });
  const post = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{}`;
  gateway.logged.length = 0;
  gateway.statements.length = 0;
  const unlock = await lockTokens();
  const paths = ['/graphql', '/v1/customer-segments'];
  const sockets = await Promise.all([...paths, ...paths].map((path) => connectAndSend(post(path))));
  await expect.poll(() => gateway.statements.length).toBeGreaterThan(0);
  for (const socket of sockets) socket.resetAndDestroy();
  await expect.poll(() => gateway.logged.map(({ status }) => status)).toEqual(Array(4).fill('aborted'));
  await unlock();
  expect((await rest(gateway, '', { method: 'POST', body: draft() })).status).toBe(201);
  await expect.poll(() => gateway.inFlight()).toBe(0);
});
