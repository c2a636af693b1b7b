import type { Share } from '../queue/claim.ts';
import type { Claimed } from '../queue/claimed.ts';

/** The endpoints that this process delivers to. */
export interface Places {
  /** Takes a place until the delivery has ended. It never rejects. */
  take(endpoint: Pick<Claimed, 'accountId' | 'failures'>, delivering: Promise<unknown>): void;
  count(): number;
  /** How many further endpoints may be taken, how many of one account, and how many of each account are taken. */
  free(): Share & { perAccount: Share; held: Record<string, Share> };
  /** Waits for all deliveries. */
  ended(): Promise<void>;
}

/** An account has at most this part of the places, so that those whose receivers are slow do not delay the others. */
const PER_ACCOUNT = 1 / 20;

/** Half of the places are left to first attempts, so that endpoints whose receivers are down do not delay the others. */
const share = (places: number): Share => ({ places, retries: Math.ceil(places / 2) });

/** Returns the places of a process. `ofAccount` is how many of them an account may have. */
export function openPlaces(places: number, ofAccount = Math.ceil(places * PER_ACCOUNT)): Places {
  const taken = new Set<{ accountId: string; isRetry: boolean; done: Promise<unknown> }>();
  const max = share(places);
  const perAccount = share(ofAccount);
  return {
    take({ accountId, failures }, delivering) {
      const place = { accountId, isRetry: failures > 0, done: delivering };
      taken.add(place);
      place.done = delivering.finally(() => taken.delete(place));
    },
    count: () => taken.size,
    free() {
      const held = new Map<string, Share>();
      let retries = 0;
      for (const { accountId, isRetry } of taken) {
        const before = held.get(accountId) ?? { places: 0, retries: 0 };
        const added = isRetry ? 1 : 0;
        held.set(accountId, { places: before.places + 1, retries: before.retries + added });
        retries += added;
      }
      return {
        places: max.places - taken.size,
        retries: Math.max(0, max.retries - retries),
        ...{ perAccount, held: Object.fromEntries(held) },
      };
    },
    ended: async () => void (await Promise.all([...taken].map(({ done }) => done))),
  };
}
