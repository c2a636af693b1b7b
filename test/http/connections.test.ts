import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { networkOf } from '../../src/http/network.ts';
import { testGateway } from '../harness.ts';

const gateway = testGateway({ maxConnectionsPerAddress: 10 });

async function openSocket(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

it('An address can only open a limited number of connections, and can open others after it closed some', async () => {
  const sockets = await Promise.all(Array.from({ length: 10 }, openSocket));
  const refused = await openSocket();
  if (!refused.closed) await once(refused.resume(), 'close');
  expect(gateway.logged.map(({ msg }) => msg)).toContain(
    'refused a connection: see MAX_CONNECTIONS_PER_ADDRESS',
  );
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(() =>
      fetch(`${gateway.url}/health/live`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001::1:2:3:4:5', '2001:0:0:1'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('A connection from %s is counted for %s', (address, network) => expect(networkOf(address)).toBe(network));
