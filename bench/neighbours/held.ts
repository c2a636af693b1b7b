import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Abuse } from './target.ts';

/** An abuse by connections that send something, and then neither read nor write. When one is closed, another is opened. */
export const held =
  (connections: number, sent: string): Abuse =>
  async ({ url }, signal, answered) => {
    const { hostname, port } = new URL(url);
    const sockets = new Set<Socket>();
    const open = () => {
      if (signal.aborted) return;
      const socket = connect({ port: Number(port), host: hostname, localAddress: '127.0.0.1' });
      sockets.add(socket);
      socket.pause();
      socket.on('connect', () => socket.write(sent));
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        answered('closed');
        setTimeout(open, 100);
      });
    };
    for (let i = 0; i < connections; i++) open();
    await once(signal, 'abort');
    for (const socket of sockets) socket.destroy();
  };
