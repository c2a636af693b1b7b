import type { WebhookOutcome } from '../../observation.ts';
import { isDelivered } from '../attempt.ts';
import type { Answered } from '../destinations.ts';
import type { Settlement } from '../queue/settlement.ts';
import type { Schedule } from '../schedule.ts';

/** What an attempt means for its endpoint. */
type Decided = Pick<Settlement, 'outcome' | 'failures' | 'retryMs' | 'lastError'> & { name: WebhookOutcome };

/** The status by which a receiver says that it is gone for good. */
const GONE = 410;

/** Decides what follows from an attempt, before which so many attempts of the same event have failed. */
export function decide(
  { attempt, retryAfterMs }: Answered,
  failedBefore: number,
  schedule: Schedule,
): Decided {
  if (isDelivered(attempt)) return { outcome: 'DELIVERED', name: 'delivered' };
  if (attempt.status === GONE) return { outcome: 'DISABLED', name: 'disabled', lastError: attempt };
  const failures = failedBefore + 1;
  const retryMs = schedule.delayAfter(failures, Math.random(), retryAfterMs);
  if (retryMs === null) return { outcome: 'GIVEN_UP', name: 'given_up', lastError: attempt };
  return { outcome: 'FAILED', name: 'failed', failures, retryMs, lastError: attempt };
}

/** How long to wait after a fault that is repeated more often than attempts are. */
const MAX_FAULT_MS = 24 * 3_600_000;

/** Returns what a fault of the gateway means: a failed attempt, after which no event is given up. */
export function faultOf(failedBefore: number, schedule: Schedule) {
  const failures = failedBefore + 1;
  const retryMs = schedule.delayAfter(failures, Math.random()) ?? MAX_FAULT_MS;
  const lastError = { at: Date.now(), ms: 0, status: null, error: 'Internal error.', body: null };
  return { outcome: 'FAILED' as const, failures, retryMs, lastError };
}
