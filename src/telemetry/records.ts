import pg from 'pg';
import { brief } from '../errors/quoted.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Log } from './log.ts';
import { sampler } from './sample.ts';

/** Lines of a kind in a second: of requests that were refused or came without a token, and of faults. */
const MAX = { requests: 50, faults: 10 };
/** Characters of a path. Those of segments have 39. */
const MAX_PATH = 200;

/** What is logged of requests and faults. */
export type Records = ReturnType<typeof records>;

/**
 * The lines of requests and faults. Each request that was served to an account has a line. What any caller can cause at will
 * is sampled: faults, by kind, and requests that were refused, were aborted or came without a token, by status and
 * account. A line says how many were left out.
 */
export function records(log: Log) {
  const requests = sampler<object>(MAX.requests, (fields, leftOut) => {
    log.info({ ...fields, leftOut }, 'requests left out');
  });
  const faults = sampler<object>(MAX.faults, (fault, leftOut) => {
    log.error({ fault, leftOut }, 'faults left out');
  });

  return {
    /** One line for a request. It has no query, header or body: they hold personal data and secrets. */
    exchange(exchange: Exchange, ms: number): void {
      const { request, response, path, requestId, trace, operation, accountId, tokenId } = exchange;
      const status = response.writableFinished ? response.statusCode : 'aborted';
      const isServed = accountId !== undefined && typeof status === 'number' && status < 400;
      const kind = () => ({ status, accountId });
      if (!isServed && !requests.admits(`${status} ${accountId ?? ''}`, kind)) return;
      log.info(
        {
          requestId,
          ...trace,
          method: request.method,
          path: path.length > MAX_PATH ? `${path.slice(0, MAX_PATH).toWellFormed()}…` : path,
          operation,
          status,
          ms: Math.round(ms * 100) / 100,
          accountId,
          tokenId,
        },
        'request',
      );
    },

    /** What an operator needs of a fault. A database's message can quote the data, so only its codes are kept. */
    fault(fault: unknown, requestId?: string): void {
      const kind = kindOf(fault);
      if (faults.admits(`${kind.name} ${kind.code} ${kind.at}`, () => kind)) {
        log.error({ requestId, fault: described(fault) }, 'fault');
      }
    },

    /** A connection that was closed because its address has as many as MAX_CONNECTIONS_PER_ADDRESS allows. */
    refusedConnection(address: string): void {
      log.warn({ address }, 'refused a connection: see MAX_CONNECTIONS_PER_ADDRESS');
    },

    /** Logs what was left out so far: the last lines of a log. */
    flush(): void {
      requests.flush();
      faults.flush();
    },
  };
}

/** What tells faults apart: their names, their codes and where they were thrown, of which the program has a bounded number. */
function kindOf(fault: unknown): { name: string; code?: string | undefined; at?: string | undefined } {
  if (!(fault instanceof Error)) return { name: typeof fault };
  const { name, message, stack = '' } = fault;
  const [, at] = /^ +at (.+)/m.exec(stack.slice(stack.indexOf(message) + message.length)) ?? [];
  return { name, code: 'code' in fault ? brief(String(fault.code)) : undefined, at };
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
