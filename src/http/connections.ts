import type { Server } from 'node:http';
import { networkOf } from './network.ts';
import { shares } from './shares.ts';

/** How often a refusal is told, however many there are. */
const TOLD_MS = 10_000;

/**
 * Limits how many connections one address may have open. A connection beyond the limit is closed at once, as Node does
 * beyond `server.maxConnections`, and `onRefused` is told its address, once in ten seconds.
 */
export function limitConnections(server: Server, each: number, onRefused: (address: string) => void): void {
  const open = shares<string>({ total: Number.POSITIVE_INFINITY, each });
  let told = Number.NEGATIVE_INFINITY;
  server.on('connection', (socket) => {
    const network = networkOf(socket.remoteAddress);
    if (!open.take(network)) {
      socket.destroy();
      if (performance.now() - told < TOLD_MS) return;
      told = performance.now();
      onRefused(network);
      return;
    }
    socket.once('close', () => open.giveBack(network));
  });
}
