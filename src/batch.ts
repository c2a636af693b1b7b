import DataLoader from 'dataloader';
import { failsForOneRow, refusalOf } from './database/failure.ts';
import { Unavailable } from './errors.ts';

/** The most calls that one statement answers, where they are small. */
const LARGEST = 1000;

/** What one call of a batch came to. */
export type Outcome<Value> = Value | Error;

interface Options<Key> {
  /** Calls that one statement answers, at most. */
  largest?: number;
  /** Which row a call changes; given where they write. */
  rowOf?(key: Key): string;
  /** Whether a failure may be the doing of one call: they are then made one by one. */
  isOfOneCall?(error: unknown): boolean;
}

/**
 * Calls made in the same turn of the event loop, from whichever requests, become one call of `run`; writes, as few as
 * let no row come twice in one. Nothing is cached: a batch lives for one turn, so no request can see another's stale row.
 * A statement that fails for what one call holds is sent again call by call, so that it fails for that one alone.
 * A database that can't be reached is a refusal, UNAVAILABLE, to each caller.
 */
export function batch<Key, Value>(
  run: (keys: readonly Key[]) => Promise<readonly Outcome<Value>[]>,
  { largest = LARGEST, rowOf, isOfOneCall = failsForOneRow }: Options<Key> = {},
) {
  const alone = async (key: Key): Promise<Outcome<Value>> => {
    const [outcome] = await settled([key]);
    return outcome ?? new Error('A statement answered nothing for its only row.');
  };
  const settled = async (keys: readonly Key[]): Promise<readonly Outcome<Value>[]> => {
    try {
      return await run(keys);
    } catch (error) {
      if (keys.length > 1 && isOfOneCall(error)) return Promise.all(keys.map(alone));
      const refusal = refusalOf(error, { isWrite: rowOf !== undefined });
      return keys.map(() => refusal);
    }
  };
  const loader = new DataLoader<Key, Value>(rowOf ? (keys) => inWaves(keys, rowOf, settled) : settled, {
    cache: false,
    maxBatchSize: largest,
    batchScheduleFn: (dispatch) => setImmediate(dispatch),
  });
  return (key: Key): Promise<Value> => loader.load(key);
}

/**
 * Runs a batch of writes in as few groups as let no row come twice in one: of two changes to one row in a
 * single `UPDATE … FROM`, Postgres makes one and drops the other without a word. Each group is sorted, so
 * that two processes lock rows in the same order. Once the database is away, the groups that are left are not sent.
 */
async function inWaves<Key, Value>(
  keys: readonly Key[],
  rowOf: (key: Key) => string,
  settled: (wave: readonly Key[]) => Promise<readonly Outcome<Value>[]>,
): Promise<Outcome<Value>[]> {
  const outcomes = new Map<Key, Outcome<Value>>();
  let isAway = false;
  for (const wave of wavesOf(keys, rowOf)) {
    const answers: readonly Outcome<Value>[] = isAway
      ? wave.map(() => new Unavailable('not_applied'))
      : await settled(wave);
    isAway = answers.every((answer) => answer instanceof Unavailable);
    for (const [i, key] of wave.entries()) {
      outcomes.set(key, answers[i] as Outcome<Value>); // each key is answered in its place
    }
  }
  return keys.map((key) => outcomes.get(key) as Outcome<Value>);
}

/** The first change of each row, then the second of those that have one, and so on. */
function wavesOf<Key>(keys: readonly Key[], rowOf: (key: Key) => string): Key[][] {
  const waves: Map<string, Key>[] = [];
  const times = new Map<string, number>();
  for (const key of keys) {
    const row = rowOf(key);
    const time = times.get(row) ?? 0;
    times.set(row, time + 1);
    waves[time] ??= new Map();
    waves[time].set(row, key);
  }
  return waves.map((wave) => [...wave].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key));
}
