import { persistently } from '../../database/persistence.ts';
import { Timeout, Unavailable } from '../../errors/refusals.ts';
import type { Claimed } from '../queue/claimed.ts';
import type { Settled } from '../queue/settle.ts';
import type { Settlement } from '../queue/settlement.ts';
import type { Parts } from './parts.ts';

/** The part of a settlement that differs from one to the next. */
type Given = Omit<Settlement, 'accountId' | 'id' | 'lease' | 'revision' | 'leaseMs'>;

/** A lease of an endpoint, which each settlement extends or ends. */
export interface Lease {
  /** Stores what was done. Tries again while the database is unavailable, as long as the lease lasts. Returns null if the lease was lost. */
  settle(given: Given): Promise<Settled | null>;
  /** Does something with the database, and tries again for half of the lease. Throws the last error. */
  persist<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Milliseconds until it ends, by our clock, which started before that of the database. */
  leftMs(): number;
  /** Whether it lasts long enough for an attempt. */
  isLong(): boolean;
}

/** How long a settlement is tried again when the process stops. */
const LAST_MS = 1_000;

/** Returns the lease of a claimed endpoint, which was asked for at `since`. */
export function leaseOf(
  { accountId, id, lease, revision }: Claimed,
  since: number,
  { queue, leaseMs, attempts, isStopping }: Pick<Parts, 'queue' | 'leaseMs' | 'attempts' | 'isStopping'>,
): Lease {
  let endsAt = since + leaseMs;
  const leftMs = () => endsAt - performance.now();
  const mayPass = (error: unknown) =>
    (error instanceof Unavailable || error instanceof Timeout) && !attempts.areAborted();

  return {
    leftMs,
    isLong: () => leftMs() >= leaseMs / 2,
    persist: (work) => persistently(work, mayPass, leaseMs / 2),
    settle: (given) =>
      persistently(
        async () => {
          const sent = performance.now();
          const settled = await queue.settle({ accountId, id, lease, revision, leaseMs, ...given });
          endsAt = settled?.mayGoOn ? sent + leaseMs : 0;
          return settled;
        },
        mayPass,
        isStopping() ? LAST_MS : leftMs(),
      ),
  };
}
