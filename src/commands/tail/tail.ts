import { pipeline } from 'node:stream/promises';
import { stopSignal } from '../../stop-signal.ts';
import { addressOf } from '../gateway/address.ts';
import { jsonLine } from '../list.ts';
import { isReaderGone, tell } from '../output.ts';
import type { TailOptions } from '../tail.ts';
import { eventLine } from './event-line.ts';
import { followLog } from './follow-log.ts';

/** Prints the events of an account until a signal stops it. Throws WrongUsage or WrongConfig if it cannot begin. */
export async function tail(given: TailOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { after, type: types, json } = given;
  const address = addressOf(given, environment, ['segments:read']);
  const { signal } = stopSignal();
  const line = lineFormat(json === true);
  let last: string | undefined;
  const lines = async function* () {
    for await (const { id, data } of followLog({ ...address, after, types, signal, tell })) {
      yield `${line(data)}\n`;
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

/** Returns the function that formats an event. Without a terminal, it returns the JSON as the gateway sent it. */
function lineFormat(asJson: boolean): (data: string) => string {
  if (!process.stdout.isTTY) return (data) => data;
  return asJson ? jsonLine : (data) => eventLine(JSON.parse(data));
}
