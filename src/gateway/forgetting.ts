import type { Database } from '../database/connect.ts';
import { forgetIdempotencyKeys } from '../idempotency/forget.ts';
import type { Observe } from '../observation.ts';
import { startChore } from './chore.ts';

/** Soon after the start, then often, so that there is never much to delete. */
const TIMES = { firstMs: 10_000, everyMs: 10 * 60_000 };

/** Starts to delete expired idempotency keys from time to time. `stop` waits until the current run has ended. */
export function startForgetting(database: Database, observe: Observe): { stop(): Promise<void> } {
  const forget = forgetIdempotencyKeys(database);
  return startChore({
    ...TIMES,
    observe,
    async work(signal) {
      const start = performance.now();
      const keys = await forget(signal);
      const ms = Math.round(performance.now() - start);
      if (keys > 0) observe({ kind: 'idempotency_keys_forgotten', keys, ms });
    },
  });
}
