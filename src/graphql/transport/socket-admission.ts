import type { Socket } from 'node:net';
import { shares } from '../../fairness/shares.ts';
import { networkOf } from '../../http/network.ts';

/** Max connections whose callers are not identified yet: in total, and from one address. A connection is in this state for a few seconds. */
const STRANGERS = { total: 2_000, each: 1_000 };
/** Max connections of identified callers: in total, and of one account. */
const IDENTIFIED = { total: 12_000, each: 6_000 };

/** Counts a connection for its account, once that is known. Returns false if there are too many. */
export type Identify = (accountId: string) => boolean;

/** Returns the function that counts a new connection, until it is closed. Undefined if there are too many. */
export function socketAdmission(): (socket: Socket) => Identify | undefined {
  const strangers = shares<string>(STRANGERS);
  const accounts = shares<string>(IDENTIFIED);

  return (socket) => {
    const network = networkOf(socket.remoteAddress);
    if (!strangers.take(network)) return undefined;
    let giveBack = () => strangers.giveBack(network);
    socket.once('close', () => giveBack());
    return (accountId) => {
      if (socket.destroyed || !accounts.take(accountId)) return false;
      giveBack();
      giveBack = () => accounts.giveBack(accountId);
      return true;
    };
  };
}
