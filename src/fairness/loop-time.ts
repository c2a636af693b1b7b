import { Unavailable } from '../errors/refusals.ts';
import { streamTurns } from './stream-turns.ts';

/** The share of the event loop that one account has for long work. */
export interface LoopShare {
  /**
   * Waits until the account may start more work. Returns undefined if it may start immediately. Rejects with UNAVAILABLE
   * after five seconds, or immediately if 500 requests of the account are already waiting.
   */
  ready(): Promise<void> | undefined;
  /** Waits until streams may do more work, whoever is active. Returns undefined if they may do it immediately. */
  turn(): Promise<void> | undefined;
  /** Charges the account for work that kept the event loop busy for this many milliseconds. Short work is free. */
  charge(milliseconds: number): void;
  /** Charges the account for reading the rows of an answer of this many characters, and for completing it. */
  chargeAnswer(characters: number): void;
}

interface Waiting {
  since: number;
  begin(): void;
  refuse(error: Error): void;
}

/** The debt of an account, and the requests that wait until it is small enough. */
interface Debt {
  /** When the debt will be paid off if nothing is added. */
  paidAt: number;
  waiting: Waiting[];
}

/** The time of an account's most recent request. */
interface Activity {
  account: string;
  at: number;
}

/** Work up to this long is free. Requests for a few rows only do such work. */
const SHORT_MS = 0.25;
/** Milliseconds of debt per millisecond of long work: an account gets a tenth of the loop while others are active. */
const PRICE = 9;
/** An account waits if it owes more than this, so the first 55 ms of long work are free. */
const CREDIT_MS = 500;
/** An account never owes more than this. */
const MAX_DEBT_MS = 2_500;
const CHARACTERS_PER_MS = 160 * 1024;
const WAIT = { maxRequests: 500, patienceMs: 5_000 };
/** How long an account counts as active after a request. */
const ACTIVE_MS = 250;
/** Max accounts to keep debts for. Beyond this, all debts are cancelled. */
const MAX_ACCOUNTS = 10_000;

/**
 * Shares the event loop between accounts. A single thread does the work of all accounts, and work cannot be interrupted once
 * it has started. So an account that does long work has to pause in between while other accounts are active. It never waits if
 * no other account is active. `onRefused` is called for each request that is refused. See docs/decisions/loop-time.md.
 */
export function loopTime({ onRefused }: { onRefused?(): void } = {}) {
  const shares = new Map<string, LoopShare>();
  const turn = streamTurns();
  /** The two most recently active accounts. */
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

  const refusal = () => {
    onRefused?.();
    return busy();
  };

  /** Milliseconds that an account has to wait now. */
  const waitOf = (account: string, { paidAt }: Debt, now: number): number =>
    isAlone(account, now) ? 0 : Math.max(0, paidAt - CREDIT_MS - now);

  /** Starts waiting requests, one per turn of the loop, because each may add to the debt. */
  function goOn(account: string, debt: Debt): void {
    const now = performance.now();
    while ((debt.waiting[0]?.since ?? now) < now - WAIT.patienceMs) debt.waiting.shift()?.refuse(refusal());
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
        if (debt.waiting.length >= WAIT.maxRequests) return Promise.reject(refusal());
        return new Promise((begin, refuse) => {
          debt.waiting.push({ since: now, begin, refuse });
          if (debt.waiting.length === 1) goOn(account, debt);
        });
      },
      turn,
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

/** Runs synchronous work and charges its duration to a share. */
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
    message:
      'The requests of your account take too much processing time. Send fewer concurrent requests, or request less data.',
  });
