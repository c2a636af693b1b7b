import { once } from 'node:events';
import pg from 'pg';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Exchange } from '../http/server.ts';

export type Log = Logger;

/** Lines are written together, when there are so many bytes or after so long. */
const TOGETHER = { bytes: 4_096, milliseconds: 100 };

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

/** The same on standard output, without waiting for whoever reads it: `end` writes the rest and settles then. */
export function standardLog(level: string): { log: Log; end(): Promise<void> } {
  const output = pino.destination({ sync: false, minLength: TOGETHER.bytes });
  const timer = setInterval(() => output.flush(), TOGETHER.milliseconds).unref();
  return {
    log: logTo(level, output),
    async end() {
      clearInterval(timer);
      const closed = once(output, 'close');
      output.end();
      await closed;
    },
  };
}

/** One line a request. Neither the query, nor a header, nor a body: they hold what is nobody's business. */
export function logExchange(
  log: Log,
  { request, response, path, requestId, accountId }: Exchange,
  ms: number,
): void {
  log.info(
    {
      requestId,
      method: request.method,
      path,
      status: response.writableFinished ? response.statusCode : 'aborted',
      ms: Math.round(ms * 100) / 100,
      accountId,
    },
    'request',
  );
}

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
