import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { drain } from '../../src/http/drain.ts';
import { listen, urlOf } from '../../src/http/listen.ts';
import { respond } from '../../src/http/respond.ts';
import { httpServer } from '../../src/http/server.ts';
import { createSegment } from '../../src/segments/resolvers.ts';
import { draft, testGateway } from '../harness.ts';
import { received } from '../hostile/socket.ts';
import { until } from '../until.ts';

const gateway = testGateway();

it('A gateway that is stopped does not wait for connections on which nothing arrives', async () => {
  const http = httpServer({
    route: () => async (exchange) => respond(exchange, 200, {}),
    isSocket: () => false,
    upgrade: () => {},
    observe: () => {},
    maxConnectionsPerAddress: 100,
  });
  await listen(http.server, { port: 0, host: '127.0.0.1' });
  const url = urlOf(http.server, '127.0.0.1');
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: 20 }, () => connect(Number(port), hostname));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await fetch(url); // all of them have been accepted before this one
  const closed = Promise.all(sockets.slice(1).map((socket) => once(socket, 'close')));
  const [late] = sockets;
  const stopped = drain(http, 60 * 60_000); // requests in flight would have an hour
  late?.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'); // a request that was on its way
  const answer = late ? await once(late, 'data') : [];
  await Promise.all([closed, stopped]);
  expect(String(answer[0])).toMatch(/^HTTP\/1.1 200/);
});

it('A gateway that is stopped lets a client read its response to the end', async () => {
  const long = draft({ criteria: 'x'.repeat(5_000), description: 'x'.repeat(5_000) });
  for (let i = 0; i < 100; i++) await createSegment(long, gateway.context());
  const pages = [1, 2, 3, 4, 5, 6, 7].map(
    (i) => `p${i}: segments(first: 100) { nodes { criteria description } }`,
  );
  const body = JSON.stringify({ query: `{ ${pages.join(' ')} }` });
  const { authorization } = gateway.authorization('ada');
  const request = `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = await unreadResponse(request);
  const stopped = gateway.stop();
  gateway.stop = () => stopped; // so that the harness does not stop it again
  await expect(fetch(gateway.url)).rejects.toThrow(); // it accepts no new connection
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  await stopped;
  const answer = received(Buffer.concat(chunks).toString());
  expect(answer.body.length).toBe(Number(/content-length: (\d+)/i.exec(answer.head)?.[1]));
});

/** Sends a request and does not read the response. On a slow machine, the database can be too busy for a long one; then sends it again. */
async function unreadResponse(request: string): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).pause();
  gateway.logged.length = 0;
  socket.write(request);
  await until(() => gateway.unsentBytes() > 0 || gateway.logged.some(({ msg }) => msg === 'request'));
  if (gateway.unsentBytes() > 0) return socket;
  socket.destroy();
  return unreadResponse(request);
}
