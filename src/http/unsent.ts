import type { Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import { networkOf } from './network.ts';

/**
 * How long a socket may take nothing of an answer before it is cut: between once and twice this time, as Node looks
 * whether anything was taken each time that it has passed. A reader that takes some is not cut, however slow it is.
 */
const PATIENCE_MS = 10_000;
/** Bytes of answers that wait for their readers, in all. */
const MAX_BYTES = 64 * 1024 * 1024;

interface Unsent {
  socket: Socket;
  holder: string;
  bytes: number;
}

type Answer = Pick<Exchange, 'request' | 'response' | 'accountId' | 'isShared'>;

/** Who holds the memory of an answer: an account, or an address. No account has a name with a slash. */
const holderOf = ({ accountId, request }: Answer): string =>
  accountId ?? `/${networkOf(request.socket.remoteAddress)}`;

/**
 * Watches answers that were handed to their sockets and not taken yet. Costs nothing for one that is taken at once. When
 * they hold too much together, those of whoever holds most are cut, oldest first.
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
    /** How many bytes wait to be taken. */
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
