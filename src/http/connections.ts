import type { Server } from 'node:http';
import { shares } from '../fairness/shares.ts';
import type { Observe } from '../observation.ts';
import { networkOf } from './network.ts';

/** The address of a refused connection is observed at most once in this time. */
const OBSERVED_MS = 10_000;

/**
 * Limits the open connections of one address. A connection beyond the limit is closed immediately, as Node does beyond
 * `server.maxConnections`. Its address is observed at most once every ten seconds.
 */
export function limitConnections(server: Server, each: number, observe: Observe): void {
  const open = shares<string>({ total: Number.POSITIVE_INFINITY, each });
  let observed = Number.NEGATIVE_INFINITY;
  server.on('connection', (socket) => {
    const network = networkOf(socket.remoteAddress);
    if (!open.take(network)) {
      socket.destroy();
      observe({ kind: 'limit_reached', limit: 'connections' });
      if (performance.now() - observed < OBSERVED_MS) return;
      observed = performance.now();
      observe({ kind: 'connection_refused', address: network });
      return;
    }
    socket.once('close', () => open.giveBack(network));
  });
}
