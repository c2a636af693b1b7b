import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { rest } from '../client.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway({ mostInFlight: 20 });

const BODY = 'name=n&criteria=c&description=';

/** So many requests that have begun and not ended: their bodies are not sent yet. */
async function begun(count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(gateway.url);
  const head = [
    'POST /v1/customer-segments HTTP/1.1',
    'Host: x',
    'Connection: close',
    `Authorization: ${gateway.authorization('ada').authorization}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${BODY.length}`,
  ];
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname));
  for (const socket of sockets) socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await expect.poll(() => gateway.inFlight()).toBe(count);
  return sockets;
}

/** Sends their bodies, and gives the first lines of their answers. */
const ended = (sockets: Socket[]): Promise<string[]> =>
  Promise.all(
    sockets.map(async (socket) => {
      socket.write(BODY);
      return (await text(socket)).split('\r\n')[0] ?? '';
    }),
  );

describe('more requests at once than the gateway works on', () => {
  it('are refused before any of the others is answered, and those are answered as ever', async () => {
    const others = await begun(20);
    const { status, headers, body } = await rest(gateway);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1']);
    expect(new Set(await ended(others))).toEqual(new Set(['HTTP/1.1 201 Created']));
    expect((await rest(gateway)).status).toBe(200);
  });

  it('do not keep an operator from asking how it is', async () => {
    const others = await begun(20);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
    await ended(others);
  });
});
