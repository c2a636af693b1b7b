import { setImmediate as nextTurn } from 'node:timers/promises';
import { STRANGER } from '../accounts/viewer.ts';
import { Unavailable } from '../errors/refusals.ts';
import { type Shares, shares } from '../fairness/shares.ts';
import type { Place } from '../http/exchange.ts';
import { networkOf } from '../http/network.ts';
import type { Limit } from '../observation.ts';

/** How many requests are worked on, and how many bodies arrive, at the same time. */
export interface Places {
  /**
   * Max requests that are worked on at the same time. Further ones are refused immediately: their callers would give up
   * before they are answered, and a refusal costs much less than an answer.
   */
  places?: number;
  /** Max bodies that arrive at the same time, of up to 64 KiB each. A larger one counts as several. */
  bodies?: number;
  /** Called for each request that is refused, with the limit that was reached. */
  onRefused?(limit: Limit): void;
}

const DEFAULTS = { places: 3_000, bodies: 1_000 };

/** The share of each limit that one account can use. The rest is left to other accounts. */
const PART_OF_ACCOUNT = 1 / 2;
/** The share of all bodies that callers without a token can use, and the share of those that one address can use. */
const STRANGERS = { part: 1 / 5, partOfAddress: 1 / 5 };

/** Who a request belongs to: an account, or an address if the caller has no account. */
export interface Holder {
  accountId?: string | undefined;
  address: string | undefined;
}

/**
 * Limits the requests that are worked on at the same time. A request holds a place while there is work to do for it. It
 * holds none while its body arrives, or after its answer was handed to the socket.
 */
export function placesFor({ places = DEFAULTS.places, bodies = DEFAULTS.bodies, onRefused }: Places) {
  const worked = shares<string>({ total: places, each: Math.ceil(places * PART_OF_ACCOUNT) });
  const arriving = shares<string>({ total: bodies, each: Math.ceil(bodies * PART_OF_ACCOUNT) });
  const strangers = Math.ceil(bodies * STRANGERS.part);
  const arrivingOfStrangers = shares<string>({
    total: strangers,
    each: Math.ceil(strangers * STRANGERS.partOfAddress),
  });

  async function refused(of: Shares<string>, what: string): Promise<never> {
    onRefused?.(of === worked ? 'requests_in_flight' : 'bodies');
    await nextTurn(); // so that many are refused in one turn of the event loop, which wakes their sender only once
    const whose = of.isFull() ? 'Too many requests' : 'Too many of your requests';
    throw new Unavailable('not_applied', { message: `${whose} are ${what}. Try again in a moment.` });
  }

  return {
    taken: worked.taken,
    isFull: worked.isFull,
    max: places,

    /** Takes a place. Rejects with UNAVAILABLE if none is left or the holder has reached its limit. */
    take({ accountId = STRANGER, address }: Holder): Place | Promise<never> {
      if (!worked.take(accountId)) return refused(worked, 'in flight');
      let isHeld = true;
      const leave = () => {
        if (isHeld) worked.giveBack(accountId);
        isHeld = false;
      };
      return {
        leave,
        async during(arrival, size = 1) {
          const isStranger = accountId === STRANGER;
          const arrivals = isStranger ? arrivingOfStrangers : arriving;
          const holder = isStranger ? networkOf(address) : accountId;
          leave();
          if (!arrivals.take(holder, size)) return refused(arrivals, 'still arriving');
          try {
            const result = await arrival();
            if (!worked.take(accountId)) return refused(worked, 'in flight');
            isHeld = true;
            return result;
          } finally {
            arrivals.giveBack(holder, size);
          }
        },
      };
    },
  };
}
