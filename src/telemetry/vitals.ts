import type { LaneName } from '../observation.ts';

/** The connections of a lane, and the statements that wait for one. */
export interface LaneVitals {
  name: LaneName;
  connections: number;
  idleConnections: number;
  maxConnections: number;
  waiting: number;
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
  lanes: readonly LaneVitals[];
};
