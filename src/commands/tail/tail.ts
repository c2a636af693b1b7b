import { pipeline } from 'node:stream/promises';
import { stopSignal } from '../../stop-signal.ts';
import { WrongConfig } from '../../wrong-config.ts';
import { jsonLine } from '../list.ts';
import { isReaderGone, tell } from '../output.ts';
import { DEFAULT_URL, type TailOptions } from '../tail.ts';
import { WrongUsage } from '../wrong-usage.ts';
import { eventLine } from './event-line.ts';
import { followLog } from './follow-log.ts';

/** Prints the events of an account until a signal stops it. Throws WrongUsage or WrongConfig if it cannot begin. */
export async function tail(given: TailOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const options = optionsOf(given, environment);
  const { signal } = stopSignal();
  const line = lineFormat(given.json === true);
  let last: string | undefined;
  const lines = async function* () {
    for await (const { id, data } of followLog({ ...options, signal, tell })) {
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

function optionsOf({ url, after, type }: TailOptions, { SEGMENTS_URL, SEGMENTS_TOKEN }: NodeJS.ProcessEnv) {
  const wrongUrl = problemOf(url);
  if (wrongUrl) throw new WrongUsage(`--url ${wrongUrl}.`);
  const wrongVariable = url === undefined && problemOf(SEGMENTS_URL);
  if (wrongVariable) throw new WrongConfig(`SEGMENTS_URL ${wrongVariable}.`);
  if (!SEGMENTS_TOKEN) throw new WrongConfig('SEGMENTS_TOKEN must be a token with the scope segments:read.');
  if (!/^[\x21-\x7e]+$/.test(SEGMENTS_TOKEN))
    throw new WrongConfig('SEGMENTS_TOKEN must be a token; it has characters that no token has (not shown).');
  return { url: url ?? (SEGMENTS_URL || DEFAULT_URL), token: SEGMENTS_TOKEN, after, types: type };
}

/** Says what is wrong with the URL of a gateway, without showing a password. */
function problemOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return `must be a URL such as ${DEFAULT_URL}`;
  return parsed.username || parsed.password ? 'must have no user and no password (not shown)' : undefined;
}
