import type { LaneName } from '../observation.ts';

/** The connections of a lane, and the statements that wait for one. */
export interface LaneVitals {
  name: LaneName;
  connections: number;
  idleConnections: number;
  maxConnections: number;
  waiting: number;
}

/** The deliveries of webhooks by this process, and the state of the webhook endpoints of all accounts. */
export interface WebhookVitals {
  attemptsInFlight: number;
  /** Undefined if it was not measured yet, or if the last measurement failed. */
  lag:
    | { seconds: number; endpoints: Readonly<Record<'enabled' | 'failing' | 'disabled', number>> }
    | undefined;
}

/** Reads the current state of a gateway, and what it has counted since it started. */
export type Vitals = () => {
  requestsInFlight: number;
  maxRequestsInFlight: number;
  /** Bytes of answers that callers have not read yet. */
  unsentBytes: number;
  streams: number;
  webSockets: number;
  /** Events that streams have sent. */
  eventsSent: number;
  /** Writes that were announced to the followers of the event log. */
  writes: number;
  /** Undefined if this process does not deliver webhooks. */
  webhooks: WebhookVitals | undefined;
  lanes: readonly LaneVitals[];
};
