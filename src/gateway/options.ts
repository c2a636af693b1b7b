import type { Pooler } from '../database/connect.ts';
import type { Observe } from '../observation.ts';
import type { Tracing } from '../tracing.ts';
import type { Allowed } from '../webhooks/destinations/check-url.ts';
import type { Admission } from './admission.ts';
import type { Open } from './faces.ts';
import type { Places } from './places.ts';

/** What a gateway is started with. */
export interface Options extends Admission, Places, Open {
  databaseUrl: string;
  poolSize: number;
  /** The mode of the pooler in front of the database, if any. */
  pooler?: Pooler;
  /** Whether to delete periodically what is no longer kept: idempotency keys, events, and the contents of deleted segments. */
  isForgetful?: boolean;
  /** How long events are kept. */
  eventRetentionDays?: number;
  host: string;
  port: number;
  /** Whether other gateways on this machine can listen on the same port. */
  isPortShared?: boolean | undefined;
  /** Max segments of an account. If omitted, there is no limit. */
  maxSegmentsPerAccount?: number | undefined;
  /** Max streams of events that an account may have open. */
  maxStreamsPerAccount?: number;
  /** Milliseconds between two checks that the callers of streams can still read. */
  streamReviewMs?: number | undefined;
  /** Milliseconds between two heartbeats of a stream. */
  heartbeatMs?: number | undefined;
  /** Milliseconds that the sender of a list can pause. */
  bodyPauseMs?: number | undefined;
  /** Whether to deliver webhooks. By default, others have to. */
  deliveries?: boolean | undefined;
  /** Where webhooks can be sent. By default, to public addresses, with the ports of HTTPS. */
  destinations?: Allowed | undefined;
  /** Max open connections from one address. */
  maxConnectionsPerAddress?: number;
  /** A token of the account `default` with every scope. It ends the previous one: see `configureApiToken`. */
  apiToken?: string | undefined;
  observe: Observe;
  /** If omitted, nothing is traced. */
  tracing?: Tracing | undefined;
}
