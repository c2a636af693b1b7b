import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Lines are buffered until there are this many bytes or this much time has passed, because each write is expensive. */
const TOGETHER = { bytes: 32 * 1024, maxBytes: 64 * 1024, milliseconds: 100 };
/** How long to wait until the last lines are read, and how many bytes to keep for a slow reader before lines are dropped. */
const UNREAD = { milliseconds: 1_000, bytes: 16 * 1024 * 1024 };

/** Creates a log of JSON lines, with the time in ISO 8601. */
export const logTo = (level: string, destination: DestinationStream): Log =>
  pino({ level, base: undefined, timestamp: isoClock() }, destination);

/** Returns a function that formats the current time in ISO 8601, once per millisecond. */
function isoClock(): () => string {
  let last = { time: 0, text: '' };
  return () => {
    const time = Date.now();
    if (time !== last.time) last = { time, text: `,"time":"${new Date(time).toISOString()}"` };
    return last.text;
  };
}

/** How lines are written: as JSON, or for people. */
type LogFormat = 'json' | 'pretty';

/**
 * Creates a log on standard output, for people if that is a terminal, unless a format is given. Logging never waits for the
 * reader. `end` writes the remaining lines. It returns false if the reader does not read them in time.
 */
export async function standardLog(
  level: string,
  given?: LogFormat,
): Promise<{ log: Log; end(): Promise<boolean> }> {
  const format = given ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const output = pino.destination({
    sync: false,
    minLength: TOGETHER.bytes,
    maxWrite: TOGETHER.maxBytes,
    maxLength: UNREAD.bytes,
    contentMode: 'buffer',
  });
  const lines = encoded(output);
  let hasReader = true;
  output.on('error', () => {
    hasReader = false; // the reader is gone, or its disk is full: lines are kept while there is room for them
  });
  output.on('write', () => {
    hasReader = true;
  });
  const timer = setInterval(() => output.flush(), TOGETHER.milliseconds).unref();
  return {
    log: logTo(level, format === 'pretty' ? await forPeople(lines) : lines),
    async end() {
      clearInterval(timer);
      if (!hasReader) return true;
      const done = () => true;
      const closed = once(output, 'close').then(done, done);
      output.end();
      return Promise.race([closed, sleep(UNREAD.milliseconds, false)]);
    },
  };
}

/**
 * Returns a destination that passes lines on as bytes. When SonicBoom is given a text, it copies all waiting lines to count their
 * bytes: 16 KB per line on average, which takes 6 µs (2026-11-29). A buffer does not have to be counted.
 */
function encoded(output: object): DestinationStream {
  // With `contentMode: 'buffer'`, SonicBoom only accepts buffers. Its types only allow texts.
  const bytes = output as { write(line: Buffer): boolean };
  return { write: (line) => bytes.write(Buffer.from(line)) };
}

/** Returns a destination that formats lines before it writes them to another. What formats them is loaded only now. */
async function forPeople(output: DestinationStream): Promise<DestinationStream> {
  const { prettyFormat } = await import('./pretty.ts');
  const { stdout } = process;
  const prettify = prettyFormat(stdout.isTTY && stdout.hasColors());
  return { write: (line) => output.write(prettify(line)) };
}
