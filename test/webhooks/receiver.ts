import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as a receiver got it. */
export interface Received {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A receiver that speaks HTTP, or HTTPS with a certificate and its key in PEM. It notes what it gets, and then calls `answer`. */
export async function receiver(answer: RequestListener, pem?: string) {
  const received: Received[] = [];
  const listener: RequestListener = async (request, response) => {
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: await text(request) });
    answer(request, response);
  };
  const server = pem ? createTlsServer({ key: pem, cert: pem }, listener) : createServer(listener);
  return { received, ...(await listening(server)) };
}

/** A receiver that does what it wants with each connection. */
export const rawReceiver = (onConnection: (socket: Socket) => void) =>
  listening(createTcpServer(onConnection));

async function listening(server: Server) {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    sockets,
    /** How many connections there have been. */
    connections: () => connections,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
