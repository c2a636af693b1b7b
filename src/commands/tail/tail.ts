import { addressOf } from '../gateway/address.ts';
import { jsonLine } from '../list.ts';
import type { TailOptions } from '../tail.ts';
import { eventLine } from './event-line.ts';
import { printFollowed } from './print-followed.ts';

/** Prints the events of an account until a signal stops it. Throws WrongUsage or WrongConfig if it cannot begin. */
export async function tail(given: TailOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { after, type: types, json } = given;
  const address = addressOf(given, environment, ['segments:read']);
  await printFollowed({ address, after, types }, lineFormat(json === true));
}

/** Returns the function that formats an event. Without a terminal, it returns the JSON as the gateway sent it. */
function lineFormat(asJson: boolean): (data: string) => string {
  if (!process.stdout.isTTY) return (data) => data;
  return asJson ? jsonLine : (data) => eventLine(JSON.parse(data));
}
