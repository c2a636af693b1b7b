import { Refusal, Unavailable } from '../errors/refusals.ts';
import { shares } from '../fairness/shares.ts';

/** The uploads of members that this process receives. They hold no place, because most of the time they wait for their senders. */
export interface Uploads {
  /**
   * Begins an upload of an account, and returns the function that ends it. Throws RATE_LIMITED if the account has too many uploads,
   * and UNAVAILABLE if the process has.
   */
  begin(accountId: string): () => void;
  count(): number;
}

/** Max uploads of an account and of all accounts together. */
const LIMITS = { perAccount: 2, perProcess: 20 };

const RETRY_S = '5';

/** Limits the number of uploads. */
export function openUploads({ perAccount, perProcess } = LIMITS): Uploads {
  const places = shares<string>({ total: perProcess, each: perAccount });

  return {
    begin(accountId) {
      if (places.of(accountId) >= perAccount) throw tooMany(perAccount);
      if (!places.take(accountId)) throw new Unavailable('not_applied', { message: FULL });
      let isEnded = false;
      return () => {
        if (!isEnded) places.giveBack(accountId);
        isEnded = true;
      };
    },
    count: places.taken,
  };
}

const FULL = 'Too many uploads are in progress. Try again in a moment.';

const tooMany = (limit: number) =>
  new Refusal(
    'RATE_LIMITED',
    `This account has ${limit} uploads in progress, the maximum. Try again later.`,
    {
      headers: { 'retry-after': RETRY_S },
    },
  );
