import { Unavailable } from '../errors.ts';

/** The part of the event loop that one account uses for long work. */
export interface LoopShare {
  /**
   * Waits until the account may begin something. Undefined if it may begin at once. Rejects with UNAVAILABLE after five
   * seconds, or at once if too many requests of the account wait already.
   */
  ready(): Promise<void> | undefined;
  /** Charges the account for work that kept the loop busy for so many milliseconds. Short work is free. */
  charge(milliseconds: number): void;
  /** Charges it for an answer of so many characters: for reading its rows, completing it and the garbage it leaves. */
  chargeAnswer(characters: number): void;
}

interface Waiting {
  since: number;
  begin(): void;
  refuse(error: Error): void;
}

/** What an account owes, and what waits until enough of it is paid. */
interface Debt {
  /** The moment at which all is paid, if nothing is added. */
  paidAt: number;
  waiting: Waiting[];
}

/** When an account asked for something last. */
interface Activity {
  account: string;
  at: number;
}

/** Work up to this long is free. Requests of a few rows consist of such pieces. */
const SHORT_MS = 0.25;
/** What a millisecond of long work costs: beside others, an account has a tenth of the loop for it. */
const PRICE = 9;
/** An account that owes more than this waits: the first 55 ms of long work are free. */
const CREDIT_MS = 500;
/** An account never owes more than this. */
const MAX_DEBT_MS = 2_500;
const CHARACTERS_PER_MS = 160 * 1024;
const WAIT = { maxRequests: 500, patienceMs: 5_000 };
/** For how long an account counts as active after a request. */
const ACTIVE_MS = 250;
/** Accounts whose debts are known. When there are more, all debts are forgiven. */
const MAX_ACCOUNTS = 10_000;

/**
 * Shares the event loop between accounts. The work of all accounts is done by one thread, and a piece that has begun cannot
 * be interrupted. So an account whose pieces are long has to wait between them while others are active. An account that is
 * alone never waits.
 */
export function loopTime() {
  const shares = new Map<string, LoopShare>();
  /** The two accounts that were active last. */
  let last: Activity | undefined;
  let lastOther: Activity | undefined;

  const isAlone = (account: string, now: number): boolean => {
    const other = last?.account === account ? lastOther : last;
    return other === undefined || other.at < now - ACTIVE_MS;
  };

  function noteActive(account: string, now: number): void {
    if (last?.account === account) {
      last.at = now;
      return;
    }
    lastOther = last;
    last = { account, at: now };
  }

  /** How long an account has to wait now. */
  const waitOf = (account: string, { paidAt }: Debt, now: number): number =>
    isAlone(account, now) ? 0 : Math.max(0, paidAt - CREDIT_MS - now);

  /** Begins what waits, one in a turn of the loop: each may add to the debt. */
  function goOn(account: string, debt: Debt): void {
    const now = performance.now();
    while ((debt.waiting[0]?.since ?? now) < now - WAIT.patienceMs) debt.waiting.shift()?.refuse(busy());
    const wait = waitOf(account, debt, now);
    if (wait === 0) debt.waiting.shift()?.begin();
    if (debt.waiting.length === 0) return;
    if (wait === 0) setImmediate(goOn, account, debt);
    else setTimeout(goOn, Math.min(Math.ceil(wait), ACTIVE_MS), account, debt);
  }

  function newShare(account: string): LoopShare {
    const debt: Debt = { paidAt: 0, waiting: [] };
    const charge = (milliseconds: number) => {
      if (milliseconds <= SHORT_MS) return;
      const now = performance.now();
      debt.paidAt = Math.min(Math.max(debt.paidAt, now) + milliseconds * PRICE, now + MAX_DEBT_MS);
    };
    return {
      ready() {
        const now = performance.now();
        noteActive(account, now);
        if (debt.waiting.length === 0 && waitOf(account, debt, now) === 0) return undefined;
        if (debt.waiting.length >= WAIT.maxRequests) return Promise.reject(busy());
        return new Promise((begin, refuse) => {
          debt.waiting.push({ since: now, begin, refuse });
          if (debt.waiting.length === 1) goOn(account, debt);
        });
      },
      charge,
      chargeAnswer: (characters) => charge(characters / CHARACTERS_PER_MS),
    };
  }

  return {
    /** The share of an account. */
    of(account: string): LoopShare {
      const known = shares.get(account);
      if (known) return known;
      if (shares.size >= MAX_ACCOUNTS) shares.clear();
      const share = newShare(account);
      shares.set(account, share);
      return share;
    },
  };
}

/** Does a piece of work at once, and charges its time. */
export function charged<Result>(share: LoopShare | undefined, work: () => Result): Result {
  const start = performance.now();
  try {
    return work();
  } finally {
    share?.charge(performance.now() - start);
  }
}

const busy = () =>
  new Unavailable('not_applied', {
    message: 'Requests of your account take too much time together. Send fewer at once, or ask for less.',
  });
