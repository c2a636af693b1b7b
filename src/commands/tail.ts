import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { stopSignal } from '../stop-signal.ts';
import { WrongConfig } from '../wrong-config.ts';
import { type Command, isReaderGone, WrongUsage } from './command.ts';
import { eventLine } from './tail/event-line.ts';
import { followLog } from './tail/follow-log.ts';

const DEFAULT_URL = 'http://127.0.0.1:4000';

export const tail: Command = {
  summary: 'follow the event log of an account',
  help: `Usage: segments tail [--url <url>] [--after <cursor>] [--type <type>]...

Prints each event as soon as it happens: a readable line on a terminal, otherwise one JSON object per line, as the
REST API has it. Resumes by itself when the connection is cut, and misses nothing. Ends with Ctrl-C.

  --url <url>       the gateway (default: SEGMENTS_URL, or ${DEFAULT_URL})
  --after <cursor>  begin behind this event, 0 for the first one (default: from now on)
  --type <type>     only events of this type, such as customer_segment.deleted; can be repeated

Environment:
  SEGMENTS_TOKEN    a token of the account with the scope segments:read
  SEGMENTS_URL      the gateway

Exit codes: 0 when stopped, 1 if the log cannot be followed any further (such as 401, 403, or an expired cursor), 2 for
a wrong command line or environment.
`,
  async run(args, environment) {
    const options = optionsOf(args, environment);
    const { signal } = stopSignal();
    let last: string | undefined;
    const lines = async function* () {
      for await (const { id, data } of followLog({ ...options, signal, tell })) {
        yield `${process.stdout.isTTY ? eventLine(JSON.parse(data)) : data}\n`;
        last = id;
      }
    };
    try {
      await pipeline(lines, process.stdout, { end: false, signal });
    } catch (error) {
      if (!signal.aborted && !isReaderGone(error)) throw error;
    }
    if (signal.aborted && last !== undefined) tell(`Stopped. Continue with --after ${last}.`);
  },
};

const tell = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

function optionsOf(args: string[], { SEGMENTS_URL, SEGMENTS_TOKEN }: NodeJS.ProcessEnv) {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      after: { type: 'string' },
      type: { type: 'string', multiple: true, default: [] },
    },
  });
  const wrongUrl = problemOf(values.url);
  if (wrongUrl) throw new WrongUsage(`--url ${wrongUrl}.`);
  const wrongVariable = values.url === undefined && problemOf(SEGMENTS_URL);
  if (wrongVariable) throw new WrongConfig(`SEGMENTS_URL ${wrongVariable}.`);
  const url = values.url ?? (SEGMENTS_URL || DEFAULT_URL);
  if (!SEGMENTS_TOKEN) throw new WrongConfig('SEGMENTS_TOKEN must be a token with the scope segments:read.');
  if (!/^[\x21-\x7e]+$/.test(SEGMENTS_TOKEN))
    throw new WrongConfig('SEGMENTS_TOKEN must be a token; it has characters that no token has (not shown).');
  return { url, token: SEGMENTS_TOKEN, after: values.after, types: values.type };
}

/** Says what is wrong with the URL of a gateway, without showing a password. */
function problemOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return `must be a URL such as ${DEFAULT_URL}`;
  return parsed.username || parsed.password ? 'must have no user and no password (not shown)' : undefined;
}
