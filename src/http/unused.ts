import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Tracks the connections on which nothing has arrived yet. Browsers and proxies open some in advance. Node counts them as
 * active for as long as a request may take to arrive, so `closeIdleConnections` does not close them. Returns a function that
 * closes them.
 */
export function unusedConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
