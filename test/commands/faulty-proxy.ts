import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Socket } from 'node:net';

interface Fault {
  /** How many bytes of the request are passed on. */
  requestBytes?: number;
  /** How many bytes of the answer are passed on. */
  answerBytes?: number;
  /** What happens then. */
  fault: 'cut' | 'stall';
}

/** Starts a proxy whose first connection has a fault. The others have none. */
export async function faultyProxy(target: string, { requestBytes, answerBytes, fault }: Fault) {
  const { hostname, port } = new URL(target);
  let isFaulty = true;
  const server = createServer((client) => {
    const gateway = openSocket(Number(port), hostname);
    client.on('error', () => {}).on('close', () => gateway.destroy());
    gateway.on('error', () => {}).on('close', () => client.destroy());
    const pass = (from: Socket, to: Socket, bytes = Number.POSITIVE_INFINITY) => {
      if (!isFaulty || bytes === Number.POSITIVE_INFINITY) {
        from.pipe(to);
        return;
      }
      let left = bytes;
      from.on('data', (chunk) => {
        to.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left > 0) return;
        from.pause();
        if (fault === 'cut') to.destroySoon();
      });
    };
    pass(client, gateway, requestBytes);
    pass(gateway, client, answerBytes);
    isFaulty = false;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, [Symbol.dispose]: () => server.close() };
}
