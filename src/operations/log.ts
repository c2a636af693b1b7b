import pg from 'pg';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Exchange } from '../http/server.ts';

export const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type Log = Logger;

/**
 * JSON lines on standard output. Each is written as soon as the one before is: `flush` before the process ends.
 */
export function logTo(
  level: string,
  destination: DestinationStream = pino.destination({ sync: false }),
): Log {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination);
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
