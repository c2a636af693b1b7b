import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, caller } from './caller.ts';
import type { Abuse, Account } from './target.ts';

type Caller = ReturnType<typeof caller>;

interface Options {
  /** Number of callers. Each sends its next request as soon as the previous one is answered. */
  callers: number;
  /** The account whose token they send; without it, they send none. */
  as?: (target: Parameters<Abuse>[0]) => Account;
  /** Milliseconds between two requests of a caller. */
  pauseMs?: number;
}

/** An abuse by callers that send one request after the other. */
export const looped =
  (
    { callers, as, pauseMs = 0 }: Options,
    send: (by: Caller, target: Parameters<Abuse>[0], n: number, signal: AbortSignal) => Promise<Answer>,
  ): Abuse =>
  async (target, signal, answered) => {
    const by = caller(target.url, { token: as?.(target).token, address: '127.0.0.1' });
    let n = 0;
    const one = async () => {
      while (!signal.aborted) {
        try {
          answered((await send(by, target, n++, signal)).status);
        } catch (error) {
          if (signal.aborted) break;
          answered(error instanceof Error && 'code' in error ? String(error.code) : 'failed');
          await sleep(10);
        }
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: callers }, one));
    by.close();
  };

export const asBig: Options['as'] = ({ big }) => big;
