import { pipeline } from 'node:stream/promises';
import { stopSignal } from '../../stop-signal.ts';
import type { Address } from '../gateway/address.ts';
import { isReaderGone, tell } from '../output.ts';
import { followLog } from './follow-log.ts';

interface Options {
  address: Address;
  /** The cursor to begin behind. From now on if omitted. */
  after: string | undefined;
  types: readonly string[];
}

/** Returns what is printed for an event, given its JSON. It can take long; then it ends when the signal aborts, by rejecting. */
type LineOf = (data: string, signal: AbortSignal) => string | Promise<string>;

/**
 * Follows the event log of an account, and prints a line for each event, until a signal stops it or nobody reads the lines any longer.
 * Then it tells how to continue. Throws if the gateway refuses.
 */
export async function printFollowed({ address, ...options }: Options, lineOf: LineOf): Promise<void> {
  const { signal } = stopSignal();
  let last: string | undefined;
  const lines = async function* () {
    for await (const { id, data } of followLog({ ...address, ...options, signal, tell })) {
      yield `${await lineOf(data, signal)}\n`;
      last = id;
    }
  };
  try {
    await pipeline(lines, process.stdout, { end: false, signal });
  } catch (error) {
    if (!signal.aborted && !isReaderGone(error)) throw error;
  }
  if (signal.aborted && last !== undefined) tell(`Stopped. Continue with --after ${last}.`);
}
