import { setImmediate as nextTurn } from 'node:timers/promises';
import { STRANGER } from '../accounts/viewer.ts';
import { Unavailable } from '../errors/refusals.ts';
import type { Place } from '../http/exchange.ts';
import { networkOf } from '../http/network.ts';
import { type Shares, shares } from '../http/shares.ts';

/** How much is worked on at once, and how much may arrive at once. */
export interface Places {
  /**
   * Requests that are worked on at once. One more would wait longer than its caller: it is refused at once, which costs a
   * twentieth of answering it.
   */
  places?: number;
  /** Bodies that arrive at once, of up to 64 KiB each. */
  bodies?: number;
}

const DEFAULTS = { places: 3_000, bodies: 1_000 };

/** The part of everything that one account may have: its flood leaves as much to all others. */
const PART_OF_ACCOUNT = 1 / 2;
/** The bodies of callers without a token, as a part of all bodies, and of those the part that one address may have. */
const STRANGERS = { part: 1 / 5, partOfAddress: 1 / 5 };

/** Who a request belongs to: an account, or, where a caller has none, an address. */
export interface Holder {
  accountId?: string | undefined;
  address: string | undefined;
}

/**
 * The places of the requests that are worked on. A place is held from the moment that there is work to do until the answer
 * was handed to the socket: neither while a body arrives, nor while an answer is read.
 */
export function placesFor({ places = DEFAULTS.places, bodies = DEFAULTS.bodies }: Places) {
  const worked = shares<string>({ total: places, each: Math.ceil(places * PART_OF_ACCOUNT) });
  const arriving = shares<string>({ total: bodies, each: Math.ceil(bodies * PART_OF_ACCOUNT) });
  const strangers = Math.ceil(bodies * STRANGERS.part);
  const arrivingOfStrangers = shares<string>({
    total: strangers,
    each: Math.ceil(strangers * STRANGERS.partOfAddress),
  });

  async function refused(of: Shares<string>, what: string): Promise<never> {
    await nextTurn(); // many are refused in one turn, which wakes whoever sent them once and not each time
    const whose = of.isFull() ? 'Too many requests' : 'Too many of your requests';
    throw new Unavailable('not_applied', { message: `${whose} are ${what}. Try again in a moment.` });
  }

  return {
    taken: worked.taken,
    isFull: worked.isFull,

    /** Takes a place. Rejects with UNAVAILABLE if none is left, or the holder has as many as one may have. */
    take({ accountId = STRANGER, address }: Holder): Place | Promise<never> {
      if (!worked.take(accountId)) return refused(worked, 'in flight');
      let isHeld = true;
      const leave = () => {
        if (isHeld) worked.giveBack(accountId);
        isHeld = false;
      };
      return {
        leave,
        async during(arrival) {
          const isStranger = accountId === STRANGER;
          const arrivals = isStranger ? arrivingOfStrangers : arriving;
          const holder = isStranger ? networkOf(address) : accountId;
          leave();
          if (!arrivals.take(holder)) return refused(arrivals, 'still arriving');
          try {
            const result = await arrival();
            if (!worked.take(accountId)) return refused(worked, 'in flight');
            isHeld = true;
            return result;
          } finally {
            arrivals.giveBack(holder);
          }
        },
      };
    },
  };
}
