import { accountOf, type Key } from '../../database/sql/key.ts';
import type { BatchColumns } from '../../database/sql/unnest.ts';
import type { EventType } from '../../events/event.ts';
import type { Attempt } from '../attempt.ts';

/**
 * What a process has done for an endpoint that it holds. SKIPPED moves on without a delivery. DISABLED means that the receiver is
 * gone. HELD only extends or releases the lease.
 */
export type Outcome = 'DELIVERED' | 'FAILED' | 'GIVEN_UP' | 'DISABLED' | 'SKIPPED' | 'HELD';

export interface Settlement extends Key {
  /** The lease and the revision that were claimed. */
  lease: string;
  revision: number;
  leaseMs: number;
  outcome: Outcome;
  /** The place of the event, or the place to move on to if it is SKIPPED. */
  place: number;
  isReplay: boolean;
  /** If it FAILED: how many attempts of the event have failed, and when the next one is made. */
  failures?: number;
  retryMs?: number;
  /** Whether the process ends its lease. Otherwise it extends it. */
  isLast: boolean;
  lastError?: Attempt | null;
  /** The event that was sent, if any. */
  sent?: { eventId: string; type: EventType; attempt: Attempt } | null;
}

/** A settlement as columns of a batch. */
export const SETTLEMENT: BatchColumns<Settlement> = {
  account_id: { type: 'text', of: accountOf },
  id: { type: 'text', of: ({ id }) => id },
  lease: { type: 'text', of: ({ lease }) => lease },
  revision: { type: 'int', of: ({ revision }) => revision },
  lease_ms: { type: 'bigint', of: ({ leaseMs }) => leaseMs },
  outcome: { type: 'text', of: ({ outcome }) => outcome },
  place: { type: 'bigint', of: ({ place }) => place },
  is_replay: { type: 'bool', of: ({ isReplay }) => isReplay },
  failures: { type: 'int', of: ({ failures = 0 }) => failures },
  retry_ms: { type: 'bigint', of: ({ retryMs = 0 }) => retryMs },
  is_last: { type: 'bool', of: ({ isLast }) => isLast },
  last_error: { type: 'text', of: ({ lastError }) => (lastError ? jsonOf(lastError) : null) },
  event_id: { type: 'text', of: ({ sent }) => sent?.eventId },
  type: { type: 'text', of: ({ sent }) => sent?.type },
  attempt: { type: 'text', of: ({ sent }) => (sent ? jsonOf(sent.attempt) : null) },
  attempted_at: { type: 'timestamptz', of: ({ sent }) => (sent ? endOf(sent.attempt) : null) },
};

/** Writes an attempt without what jsonb cannot hold. A receiver must not be able to make the settlement fail. */
const jsonOf = ({ error, body, ...attempt }: Attempt): string =>
  JSON.stringify({ ...attempt, error: storable(error), body: storable(body) });

const storable = (text: string | null): string | null =>
  text === null ? null : text.replaceAll('\0', '').toWellFormed();

const endOf = ({ at, ms }: Attempt): string => new Date(at + ms).toISOString();
