/** What one call of a batch came to. */
export type Outcome<Value> = Value | Error;

/** One call of a turn, and the promise of its caller. */
export interface Call<Key, Value> {
  key: Key;
  promise: Promise<Value>;
  settle(outcome: Outcome<Value>): void;
}

/** Returns a call of a batch. */
export function callOf<Key, Value>(key: Key): Call<Key, Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  return {
    key,
    promise,
    settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
  };
}
