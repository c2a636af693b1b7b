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

/** Lanes of statements that write for several accounts. All gateways put an account into the same lane. */
const LANES = 4;
/** Max calls in such a statement. It compares each of its rows with each of its accounts. */
const MAX_MIXED = 200;
/** How long a write may wait before it is sent. */
const PATIENCE_MS = 800;

interface Lane<Call> {
  waiting: { call: Call; since: number }[];
  isBusy: boolean;
}

/**
 * Sends writes in lanes, each of which has one statement in flight. Meanwhile its next writes gather, so that a busy lane has
 * large statements and not many of them. Every statement locks the logs of its accounts until it commits, so two statements
 * that share an account would wait for each other anyway, each with a connection of its own. An account with many writes
 * gets a lane to itself for as long as it needs it, so that it does not delay others.
 */
export function writeLanes<Call>({ accountOf, send, refuse, largest, shared }: Options<Call>) {
  const mixed = Array.from({ length: LANES }, (): Lane<Call> => newLane());
  const own = new Map<string, Lane<Call>>();

  const begin = (lane: Lane<Call>, accountId: string | null) => {
    if (lane.isBusy) return;
    lane.isBusy = true;
    setImmediate(() => void work(lane, accountId));
  };

  const work = async (lane: Lane<Call>, accountId: string | null) => {
    while (lane.waiting.length > 0) {
      if (accountId === null) separate(lane);
      const latest = performance.now() - PATIENCE_MS;
      const next = lane.waiting.splice(0, accountId === null ? MAX_MIXED : largest);
      const [late, ready] = [
        next.filter(({ since }) => since < latest),
        next.filter(({ since }) => since >= latest),
      ];
      for (const { call } of late) refuse(call);
      if (ready.length > 0) await send(ready.map(({ call }) => call));
    }
    lane.isBusy = false;
    if (accountId !== null) own.delete(accountId);
  };

  /** Moves accounts with many waiting writes to lanes of their own. */
  const separate = (lane: Lane<Call>) => {
    if (lane.waiting.length <= shared) return;
    const accounts = Map.groupBy(lane.waiting, ({ call }) => accountOf(call));
    for (const [accountId, waiting] of accounts) {
      if (waiting.length <= shared) continue;
      const separated = { waiting, isBusy: false };
      own.set(accountId, separated);
      begin(separated, accountId);
    }
    lane.waiting = lane.waiting.filter(({ call }) => !own.has(accountOf(call)));
  };

  return (call: Call): void => {
    const accountId = accountOf(call);
    const separated = own.get(accountId);
    const lane = separated ?? mixed[hashOf(accountId) % LANES];
    lane?.waiting.push({ call, since: performance.now() });
    if (lane) begin(lane, separated ? accountId : null);
  };
}

const newLane = () => ({ waiting: [], isBusy: false });

/** FNV-1a, the same in every gateway. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
