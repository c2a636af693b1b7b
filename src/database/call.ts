import type { Recording, Tracing } from '../tracing.ts';

/** What one call of a batch came to. */
export type Outcome<Value> = Value | Error;

/** One call of a turn, and the promise of its caller. */
export interface Call<Key, Value> {
  key: Key;
  /** Where the statement is recorded, if there is tracing. */
  recording: Recording | undefined;
  promise: Promise<Value>;
  settle(outcome: Outcome<Value>): void;
}

/** Returns a call of a batch. */
export function callOf<Key, Value>(key: Key, tracing?: Tracing): Call<Key, Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  return {
    key,
    recording: tracing?.current(),
    promise,
    settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
  };
}

/** Returns the function that runs one statement for calls, which is recorded for all of them. */
export const answering =
  <Key, Value>(run: (keys: readonly Key[]) => Promise<readonly Outcome<Value>[]>, tracing?: Tracing) =>
  (calls: readonly Call<Key, Value>[]): Promise<readonly Outcome<Value>[]> => {
    const work = () => run(calls.map(({ key }) => key));
    if (!tracing) return work();
    const recordings = calls.map(({ recording }) => recording);
    return tracing.together(recordings, work);
  };

/** The failure of a call for which a statement returned nothing. */
export const noOutcome = (i: number) => new Error(`A statement returned no outcome for its call ${i}.`);
