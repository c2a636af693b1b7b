import { Server as NetServer } from 'node:net';
import type { httpServer } from './server.ts';

const DRAIN_POLL_MS = 20;
/** How long a request may be on its way when a stop begins. */
const ARRIVAL_MS = 1_000;

/**
 * Stops accepting connections. Requests in flight have `patience` milliseconds to be answered and for their answers to be
 * read, then the remaining connections are closed. Connections on which nothing has arrived are closed after a second. Node
 * counts a connection as idle once its answer was handed to the socket, even if the answer was not sent yet. So idle
 * connections are closed only while no answer is unsent.
 */
export async function drain(
  { server, unsentBytes, closeUnused }: ReturnType<typeof httpServer>,
  patience: number,
): Promise<void> {
  const sweep = setInterval(() => {
    if (unsentBytes() === 0) server.closeIdleConnections();
  }, DRAIN_POLL_MS);
  const unused = setTimeout(closeUnused, Math.min(ARRIVAL_MS, patience));
  const cut = setTimeout(() => server.closeAllConnections(), patience);
  // The same method of the HTTP server would close idle connections immediately.
  await new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  clearInterval(sweep);
  clearTimeout(unused);
  clearTimeout(cut);
  server.close(); // stops Node's timer that checks connections; nothing else is left
}
