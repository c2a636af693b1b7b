import type { Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import { networkOf } from './network.ts';

/**
 * A connection is closed if its client reads nothing of an answer for this long. Node only checks once per period, so it can
 * take up to twice as long. A client that reads slowly is not cut off.
 */
export const PATIENCE_MS = 10_000;
/** Max bytes of all answers that are waiting for their readers. */
const MAX_BYTES = 64 * 1024 * 1024;

interface Unsent {
  socket: Socket;
  holder: string;
  bytes: number;
}

type Answer = Pick<Exchange, 'request' | 'response' | 'accountId' | 'isShared'>;

/** Who an unread answer counts for: an account, or an address. The names of accounts contain no slash. */
const holderOf = ({ accountId, request }: Answer): string =>
  accountId ?? `/${networkOf(request.socket.remoteAddress)}`;

/**
 * Watches answers that were handed to their sockets but not sent completely. If they occupy too much memory together,
 * connections of the holder with the most bytes are closed, oldest answer first.
 */
export function unsentAnswers({ maxBytes = MAX_BYTES, patience = PATIENCE_MS } = {}) {
  const all = new Set<Unsent>();
  let total = 0;

  const forget = (unsent: Unsent) => {
    if (all.delete(unsent)) total -= unsent.bytes;
  };

  function cut(): void {
    const sums = new Map<string, number>();
    for (const { holder, bytes } of all) sums.set(holder, (sums.get(holder) ?? 0) + bytes);
    const [[largest] = ['']] = [...sums].sort(([, a], [, b]) => b - a);
    for (const unsent of all) {
      if (total <= maxBytes) return;
      if (unsent.holder !== largest) continue;
      forget(unsent);
      unsent.socket.destroy();
    }
  }

  return {
    /** How many bytes are waiting to be sent. */
    bytes: () => total,
    watch(answer: Answer): void {
      const { response } = answer;
      const { socket } = response;
      if (!socket || socket.destroyed || socket.writableLength === 0) return;
      response.setTimeout(patience, () => socket.destroy());
      if (answer.isShared) return;
      const unsent = { socket, holder: holderOf(answer), bytes: socket.writableLength };
      all.add(unsent);
      total += unsent.bytes;
      response.once('close', () => forget(unsent));
      while (total > maxBytes) cut();
    },
  };
}
