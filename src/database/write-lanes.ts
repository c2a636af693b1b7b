interface Options<Call> {
  accountOf(call: Call): string;
  /** Sends one statement. Resolves once each of its calls has an outcome; never rejects. */
  send(calls: readonly Call[]): Promise<void>;
  /** Answers a call that has waited too long. */
  refuse(call: Call): void;
  /** Max calls in a statement of one account. */
  largest: number;
  /** Max calls of an account in a statement with those of others. */
  shared: number;
}

/** Max calls in a statement of several accounts. Its cost grows with the number of rows times the number of accounts. */
const MAX_MIXED = 200;
/** How long a write may wait before it is sent. */
const PATIENCE_MS = 800;
/** A statement that takes longer is probably waiting for a lock. The next one is sent without waiting for it. */
const USUAL_MS = 25;

interface Lane<Call> {
  /** The account that uses the lane alone; null for the shared lane. */
  accountId: string | null;
  waiting: { call: Call; since: number }[];
  isBusy: boolean;
}

/**
 * Sends writes in lanes. Each lane has one statement in flight. Writes that arrive meanwhile are collected for the next statement,
 * so a busy lane sends a few large statements. Every statement locks the logs of its accounts until it commits, so two statements
 * with the same account would wait for each other anyway, and each would occupy a connection. All accounts share a lane. An account
 * with many writes gets its own lane while it needs it, so that it does not delay others.
 */
export function writeLanes<Call>({ accountOf, send, refuse, largest, shared }: Options<Call>) {
  const mixed: Lane<Call> = { accountId: null, waiting: [], isBusy: false };
  const own = new Map<string, Lane<Call>>();

  const begin = (lane: Lane<Call>) => {
    if (lane.isBusy) return;
    lane.isBusy = true;
    setImmediate(() => void work(lane));
  };

  const work = async (lane: Lane<Call>) => {
    while (lane.waiting.length > 0) {
      if (lane === mixed) separate();
      const latest = performance.now() - PATIENCE_MS;
      const ready: Call[] = [];
      for (const { call, since } of lane.waiting.splice(
        0,
        lane === mixed ? Math.min(MAX_MIXED, largest) : largest,
      )) {
        if (since < latest) refuse(call);
        else ready.push(call);
      }
      if (ready.length > 0) await usually(send(ready));
    }
    lane.isBusy = false;
    if (lane.accountId !== null) own.delete(lane.accountId);
  };

  /** Moves accounts with many waiting writes to lanes of their own. */
  const separate = () => {
    if (mixed.waiting.length <= shared) return;
    const accounts = Map.groupBy(mixed.waiting, ({ call }) => accountOf(call));
    for (const [accountId, waiting] of accounts) {
      if (waiting.length <= shared) continue;
      const lane = { accountId, waiting, isBusy: false };
      own.set(accountId, lane);
      begin(lane);
    }
    mixed.waiting = mixed.waiting.filter(({ call }) => !own.has(accountOf(call)));
  };

  return (call: Call): void => {
    const lane = own.get(accountOf(call)) ?? mixed;
    lane.waiting.push({ call, since: performance.now() });
    begin(lane);
  };
}

/** Waits for a statement, but no longer than it usually takes. */
function usually(sent: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, USUAL_MS);
    void sent.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
