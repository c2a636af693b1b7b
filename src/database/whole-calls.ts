import { setImmediate as nextTurn } from 'node:timers/promises';
import { Unavailable } from '../errors/refusals.ts';
import { answering, type Call, callOf, noOutcome } from './call.ts';
import type { Lane } from './connect.ts';
import { refusalOf } from './failure.ts';
import { rowTurns } from './row-turns.ts';

/** How long a call may wait for those of its account before it. */
const PATIENCE_MS = 1_000;
const TOO_MANY = 'Too many bulk writes of your account are waiting. Try again in a moment.';

/**
 * Sends each call as a statement of its own, so that it is applied as a whole or not at all. The calls of one account are made one
 * after the other, in the order in which they arrive: each locks the log of its account until it commits, so the others would only
 * occupy connections while they wait. Throws what `run` throws, UNAVAILABLE, and TIMEOUT.
 */
export function wholeCalls<Key extends { accountId: string }, Value>(
  lane: Lane,
  run: (key: Key) => Promise<Value>,
): (key: Key) => Promise<Value> {
  const answer = answering<Key, Value>((keys) => Promise.all(keys.map(run)), lane.tracing);
  const send = async (call: Call<Key, Value>): Promise<void> => {
    try {
      // In a turn of its own, because a statement with many rows takes milliseconds to build.
      await nextTurn();
      const [outcome = noOutcome(0)] = await lane.queue.run(call.key.accountId, () => answer([call]), 1);
      call.settle(outcome);
      turns.end(call);
    } catch (error) {
      const refusal = refusalOf(error, { isWrite: true });
      call.settle(refusal);
      if (refusal instanceof Unavailable) turns.abandon(call);
      else turns.end(call);
    }
  };
  const turns = rowTurns<Call<Key, Value>>({
    rowOf: ({ key }) => key.accountId,
    begin: (call) => void send(call),
    patienceMs: PATIENCE_MS,
    tooMany: TOO_MANY,
  });
  return (key) => {
    const call = callOf<Key, Value>(key, lane.tracing);
    if (turns.take(call)) void send(call);
    return call.promise;
  };
}
