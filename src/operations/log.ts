import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Exchange } from '../http/server.ts';

export type Log = Logger;

/** Lines are written together, when there are so many bytes or after so long. */
const TOGETHER = { bytes: 4_096, milliseconds: 100 };
/** How long the last lines may wait for a reader, and how many bytes are kept for one who is slow: more are dropped. */
const UNREAD = { milliseconds: 1_000, bytes: 16 * 1024 * 1024 };

/** JSON lines, one a record, with the time in ISO 8601. */
export const logTo = (level: string, destination: DestinationStream): Log =>
  pino({ level, base: undefined, timestamp: isoTime }, destination);

let last = { time: 0, text: '' };

/** The time in ISO 8601, written once a millisecond: many lines share it. */
function isoTime(): string {
  const time = Date.now();
  if (time !== last.time) last = { time, text: `,"time":"${new Date(time).toISOString()}"` };
  return last.text;
}

/**
 * The same on standard output, without waiting for whoever reads it. `end` writes the rest, and tells whether it
 * could: a reader may have stopped reading.
 */
export function standardLog(level: string): { log: Log; end(): Promise<boolean> } {
  const output = pino.destination({ sync: false, minLength: TOGETHER.bytes, maxLength: UNREAD.bytes });
  let hasReader = true;
  output.on('error', () => {
    hasReader = false; // it is gone: nothing is written any more
  });
  const timer = setInterval(() => output.flush(), TOGETHER.milliseconds).unref();
  return {
    log: logTo(level, output),
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

/** One line a request. Neither the query, nor a header, nor a body: they hold what is nobody's business. */
export function logExchange(
  log: Log,
  { request, response, path, requestId, trace, accountId }: Exchange,
  ms: number,
): void {
  log.info(
    {
      requestId,
      ...trace,
      method: request.method,
      path,
      status: response.writableFinished ? response.statusCode : 'aborted',
      ms: Math.round(ms * 100) / 100,
      accountId,
    },
    'request',
  );
}

/** A connection that was closed because its address has as many as MAX_CONNECTIONS_PER_ADDRESS allows. */
export const logRefusedConnection = (log: Log, address: string): void =>
  log.warn({ address }, 'refused a connection: see MAX_CONNECTIONS_PER_ADDRESS');

/** What an operator needs of a fault. A database's message can quote the data, so only its codes are kept. */
export function logFault(log: Log, fault: unknown, requestId?: string): void {
  log.error({ requestId, fault: described(fault) }, 'fault');
}

function described(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: typeof fault };
  const { name, message, stack } = fault;
  if (fault instanceof pg.DatabaseError) {
    const { code, routine, table, constraint } = fault;
    return { name, code, routine, table, constraint };
  }
  return { name, message, code: 'code' in fault ? fault.code : undefined, stack };
}
