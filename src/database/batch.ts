import DataLoader from 'dataloader';
import { Unavailable } from '../errors.ts';
import type { Lane } from './connect.ts';
import { mayFailForSome, refusalOf } from './failure.ts';

/** What one call of a batch came to. */
export type Outcome<Value> = Value | Error;

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

/** Sizes of calls of a row each. */
const SMALL = { largest: 1_000, shared: 100 };

/** One call of a turn, and the promise of its caller. */
interface Call<Key, Value> {
  key: Key;
  promise: Promise<Value>;
  settle(outcome: Outcome<Value>): void;
}

/**
 * Calls made in the same turn of the event loop, from whichever requests, become as few statements of a lane as possible.
 * An account with many of them gets statements of its own, so that it cannot make those of others long. Of writes, no row
 * comes twice in one statement. Nothing is cached: a batch lives for one turn, so no request can see another's stale row.
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

  /** Sends one statement. Tells whether the database answered. */
  const send = async (calls: Calls): Promise<boolean> => {
    try {
      const outcomes = await lane.queue.run(onlyAccountOf(calls), () => run(calls.map(({ key }) => key)));
      for (const [i, call] of calls.entries()) {
        const outcome = outcomes[i];
        call.settle(outcome === undefined ? noOutcome(i) : outcome);
      }
      return true;
    } catch (error) {
      const parts = mayFailForSome(error) ? partsOf(calls) : [];
      if (parts.length > 1) return (await Promise.all(parts.map(send))).some(Boolean);
      const refusal = refusalOf(error, { isWrite: rowOf !== undefined });
      for (const call of calls) call.settle(refusal);
      return !(refusal instanceof Unavailable);
    }
  };

  /** Two changes to one row are made one after the other. Once the database is away, those that are left are not sent. */
  const sendInWaves = async (calls: Calls, rowOf: (key: Key) => string): Promise<void> => {
    let isThere = true;
    for (const wave of wavesOf(calls, rowOf)) {
      if (isThere) isThere = await send(wave);
      else for (const call of wave) call.settle(new Unavailable('not_applied'));
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

  // DataLoader gathers the calls of a turn. Each has a promise of its own, which does not wait for the others.
  const loader = new DataLoader<Call<Key, Value>, void>(
    async (calls) => {
      for (const group of groupsOf(calls)) void (rowOf ? sendInWaves(group, rowOf) : send(group));
      return calls.map(() => undefined);
    },
    { cache: false, batchScheduleFn: (dispatch) => setImmediate(dispatch) },
  );
  return (key: Key): Promise<Value> => {
    const call = callOf<Key, Value>(key);
    void loader.load(call);
    return call.promise;
  };
}

function callOf<Key, Value>(key: Key): Call<Key, Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  return {
    key,
    promise,
    settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
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

/**
 * The first change of each row, then the second of those that have one, and so on: of two changes to one row in a single
 * `UPDATE … FROM`, Postgres makes one and silently drops the other. Each wave is sorted, so that two processes lock rows
 * in the same order.
 */
function wavesOf<Key, Value>(
  calls: readonly Call<Key, Value>[],
  rowOf: (key: Key) => string,
): Call<Key, Value>[][] {
  const waves: Map<string, Call<Key, Value>>[] = [];
  const times = new Map<string, number>();
  for (const call of calls) {
    const row = rowOf(call.key);
    const time = times.get(row) ?? 0;
    times.set(row, time + 1);
    waves[time] ??= new Map();
    waves[time].set(row, call);
  }
  return waves.map((wave) => [...wave].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call));
}
