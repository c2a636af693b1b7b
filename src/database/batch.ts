import DataLoader from 'dataloader';
import { Unavailable } from '../errors/refusals.ts';
import { answering, type Call, callOf, noOutcome, type Outcome } from './call.ts';
import type { Lane } from './connect.ts';
import { mayFailForSome, refusalOf } from './failure.ts';
import { rowTurns } from './row-turns.ts';
import { writeLanes } from './write-lanes.ts';

interface Options<Key> {
  /** The account of a call; null if it belongs to no single account. */
  accountOf(key: Key): string | null;
  /** Max calls in one statement. */
  largest?: number;
  /** Max calls of one account in a statement that it shares with other accounts; 0 if it shares none. */
  shared?: number;
  /** The row that a call changes. Given if the calls write. */
  rowOf?(key: Key): string;
}

/** How long a change may wait for other changes to its row. */
const PATIENCE_MS = 1_000;
const BUSY = 'Too many writes are waiting. Try again in a moment.';

/** Limits for calls that each concern one row. */
const SMALL = { largest: 1_000, shared: 100 };

/**
 * Combines the calls of one turn of the event loop, from all requests, into as few statements of a lane as possible. An account
 * with many calls gets statements of its own, so that it does not slow down those of others. Changes to one row are made one
 * after the other. Nothing is cached: a batch lives for one turn, so no request can see another's stale row.
 *
 * A statement that fails for some of its calls is sent again in parts, by account and then by call, until only the calls that
 * fail are left. Each call is answered as soon as its own statement is. If the database is unavailable, each caller gets
 * UNAVAILABLE.
 */
export function batch<Key, Value>(
  lane: Lane,
  run: (keys: readonly Key[]) => Promise<readonly Outcome<Value>[]>,
  { accountOf, rowOf, largest = SMALL.largest, shared = SMALL.shared }: Options<Key>,
) {
  type Calls = readonly Call<Key, Value>[];
  const answer = answering(run, lane.tracing);

  const rows =
    rowOf &&
    rowTurns<Call<Key, Value>>({
      rowOf: ({ key }) => rowOf(key),
      begin: (call) => gather(call),
      patienceMs: PATIENCE_MS,
    });

  /** Sends one statement, and sends it again in parts if it fails for some of its calls. */
  const send = async (calls: Calls): Promise<void> => {
    try {
      const outcomes = await lane.queue.run(onlyAccountOf(calls), () => answer(calls), calls.length);
      for (const [i, call] of calls.entries()) {
        const outcome = outcomes[i];
        call.settle(outcome === undefined ? noOutcome(i) : outcome);
        rows?.end(call);
      }
    } catch (error) {
      const parts = mayFailForSome(error) ? partsOf(calls) : [];
      if (parts.length > 1) return await sendParts(parts);
      const refusal = refusalOf(error, { isWrite: rowOf !== undefined });
      for (const call of calls) {
        call.settle(refusal);
        if (refusal instanceof Unavailable) rows?.abandon(call);
        else rows?.end(call);
      }
    }
  };

  /** Parts of one account that write would wait for each other's lock on its log, so they are sent one after the other. */
  const sendParts = async (parts: Calls[]): Promise<void> => {
    if (!rowOf || onlyAccountOf(parts.flat()) === null) await Promise.all(parts.map(send));
    else for (const part of parts) await send(part);
  };

  const onlyAccountOf = (calls: Calls): string | null => {
    const accountId = calls[0] ? accountOf(calls[0].key) : null;
    return calls.every(({ key }) => accountOf(key) === accountId) ? accountId : null;
  };

  const byAccount = (calls: Calls) => [...Map.groupBy(calls, ({ key }) => accountOf(key)).values()];

  const groupsOf = (calls: Calls): Calls[] => {
    if (calls.length <= shared) return portionsOf(calls, largest);
    const accounts = byAccount(calls);
    const ofOne = accounts.filter(({ length }) => length > shared);
    const ofMany = accounts.filter(({ length }) => length <= shared).flat();
    return [...ofOne, ofMany].flatMap((each) => portionsOf(each, largest));
  };

  const partsOf = (calls: Calls): Calls[] => {
    const accounts = byAccount(calls);
    return accounts.length > 1 ? accounts : portionsOf(calls, partSizeOf(calls.length));
  };

  const gatherReads = () => {
    // DataLoader collects the calls of a turn. Each has a promise of its own, which does not wait for the others.
    const loader = new DataLoader<Call<Key, Value>, void>(
      async (calls) => {
        for (const group of groupsOf(calls)) void send(group);
        return calls.map(() => undefined);
      },
      { cache: false, batchScheduleFn: (dispatch) => setImmediate(dispatch) },
    );
    return (call: Call<Key, Value>) => void loader.load(call);
  };

  const gather = rowOf
    ? writeLanes<Call<Key, Value>>({
        accountOf: ({ key }) => accountOf(key) ?? '',
        send: (calls) => send(sorted(calls, rowOf)),
        refuse: (call) => {
          call.settle(new Unavailable('not_applied', { message: BUSY }));
          rows?.end(call);
        },
        largest,
        shared,
      })
    : gatherReads();

  return (key: Key): Promise<Value> => {
    const call = callOf<Key, Value>(key, lane.tracing);
    if (!rows || rows.take(call)) gather(call);
    return call.promise;
  };
}

/** Up to this many calls that failed together are sent again one by one. More are first sent again in parts. */
const FEW = 32;

/** With parts of this size, one failing call in a thousand is found with 64 statements, in two rounds. */
const partSizeOf = (calls: number): number => (calls <= FEW ? 1 : Math.ceil(Math.sqrt(calls)));

function portionsOf<Each>(all: readonly Each[], size: number): Each[][] {
  const portions: Each[][] = [];
  for (let i = 0; i < all.length; i += size) portions.push(all.slice(i, i + size));
  return portions;
}

/** Sorts changes by row, so that all processes lock rows in the same order. */
const sorted = <Key, Value>(calls: readonly Call<Key, Value>[], rowOf: (key: Key) => string) =>
  calls
    .map((call) => ({ call, row: rowOf(call.key) }))
    .sort((a, b) => (a.row < b.row ? -1 : 1))
    .map(({ call }) => call);
