import DataLoader from 'dataloader';
import { Unavailable } from '../errors/refusals.ts';
import { type Call, callOf, type Outcome } from './call.ts';
import type { Lane } from './connect.ts';
import { mayFailForSome, refusalOf } from './failure.ts';
import { rowTurns } from './row-turns.ts';
import { writeLanes } from './write-lanes.ts';

interface Options<Key> {
  /** Whose call it is; null if it is nobody's in particular. */
  accountOf(key: Key): string | null;
  /** Max calls that one statement answers. */
  largest?: number;
  /** Max calls that an account may have in a statement that answers other accounts too; 0 if it may not. */
  shared?: number;
  /** Which row a call changes; given if they write. */
  rowOf?(key: Key): string;
}

/** How long a change may wait for other changes to its row. */
const PATIENCE_MS = 1_000;

const BUSY = 'Too many writes are waiting. Try again in a moment.';

/** Sizes of calls of a row each. */
const SMALL = { largest: 1_000, shared: 100 };

/**
 * Calls made in the same turn of the event loop, from whichever requests, become as few statements of a lane as possible.
 * An account with many of them gets statements of its own, so that it cannot make those of others long. Changes to one
 * row are made one after the other. Nothing is cached: a batch lives for one turn, so no request can see another's stale row.
 *
 * A statement that fails for some of its calls is sent again in parts, by account and then by call, until it fails for
 * those calls alone. Each call is answered as soon as its own statement is. A database that cannot be reached is
 * UNAVAILABLE, to each caller.
 */
export function batch<Key, Value>(
  lane: Lane,
  run: (keys: readonly Key[]) => Promise<readonly Outcome<Value>[]>,
  { accountOf, rowOf, largest = SMALL.largest, shared = SMALL.shared }: Options<Key>,
) {
  type Calls = readonly Call<Key, Value>[];

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
      const outcomes = await lane.queue.run(onlyAccountOf(calls), () => run(calls.map(({ key }) => key)));
      for (const [i, call] of calls.entries()) {
        const outcome = outcomes[i];
        call.settle(outcome === undefined ? noOutcome(i) : outcome);
        rows?.end(call);
      }
    } catch (error) {
      const parts = mayFailForSome(error) ? partsOf(calls) : [];
      if (parts.length > 1) return void (await Promise.all(parts.map(send)));
      const refusal = refusalOf(error, { isWrite: rowOf !== undefined });
      for (const call of calls) {
        call.settle(refusal);
        if (refusal instanceof Unavailable) rows?.abandon(call);
        else rows?.end(call);
      }
    }
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
    // DataLoader gathers the calls of a turn. Each has a promise of its own, which does not wait for the others.
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
    const call = callOf<Key, Value>(key);
    if (!rows || rows.take(call)) gather(call);
    return call.promise;
  };
}

const noOutcome = (i: number) => new Error(`A statement gave no outcome for its call ${i}.`);

/** Up to this many calls that failed together are sent again one by one; more are sent again in parts first. */
const FEW = 32;

/** One call of a thousand that fails is found with 64 statements, in two rounds. */
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
