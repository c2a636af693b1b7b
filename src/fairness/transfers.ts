import { Refusal, Unavailable } from '../errors/refusals.ts';
import { shares } from './shares.ts';

/**
 * The long transfers of one kind that this process has in progress, such as uploads. They hold no place, because most of the time they
 * wait for their callers.
 */
export interface Transfers {
  /**
   * Begins a transfer of an account, and returns the function that ends it. Throws RATE_LIMITED if the account has too many of them,
   * and UNAVAILABLE if the process has.
   */
  begin(accountId: string): () => void;
  count(): number;
}

interface Limits {
  /** What a transfer is called in messages, such as "upload" and "uploads". */
  singular: string;
  plural: string;
  perAccount: number;
  perProcess: number;
}

const RETRY_S = '5';

/**
 * Opens the transfers of a process: uploads of lists and files, exports, each of which uses a connection to the database, and tests of
 * webhook endpoints, which wait for their receivers.
 */
export const openTransfers = () => ({
  uploads: limited({ singular: 'upload', plural: 'uploads', perAccount: 2, perProcess: 20 }),
  exports: limited({ singular: 'export', plural: 'exports', perAccount: 1, perProcess: 2 }),
  tests: limited({ singular: 'webhook test', plural: 'webhook tests', perAccount: 1, perProcess: 20 }),
});

function limited({ singular, plural, perAccount, perProcess }: Limits): Transfers {
  const places = shares<string>({ total: perProcess, each: perAccount });
  const full = `Too many ${plural} are in progress. Try again in a moment.`;
  const some = `${perAccount} ${perAccount === 1 ? singular : plural}`;
  const tooMany = `This account already has ${some} in progress, the maximum. Try again later.`;

  return {
    begin(accountId) {
      if (places.of(accountId) >= perAccount) {
        throw new Refusal('RATE_LIMITED', tooMany, { headers: { 'retry-after': RETRY_S } });
      }
      if (!places.take(accountId)) throw new Unavailable('not_applied', { message: full });
      let isEnded = false;
      return () => {
        if (!isEnded) places.giveBack(accountId);
        isEnded = true;
      };
    },
    count: places.taken,
  };
}
