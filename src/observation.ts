/** An event that an operator may want to know about. Readers, such as the log, decide what to do with it. */
export type Observation =
  | ExchangeEnded
  | StatementEnded
  /** Something was refused because a limit was reached. */
  | { kind: 'limit_reached'; limit: Limit }
  /** An unexpected error, or the cause of a refusal. It has no request id if it does not concern a single request. */
  | { kind: 'fault'; error: unknown; requestId?: string }
  /** A variable of the environment has no effect, and looks like a misspelt one of the gateway. */
  | { kind: 'variable_unknown'; variable: string; nearest: string }
  /** A connection was closed because its address had too many. */
  | { kind: 'connection_refused'; address: string }
  /** The start is waiting until the database can be used. */
  | { kind: 'database_awaited'; reason: string }
  /** API_TOKEN is not valid yet because the database cannot be written. */
  | { kind: 'api_token_awaited'; reason: string }
  /** API_TOKEN was rotated: it still works, until `endsAt`. */
  | { kind: 'api_token_ending'; tokenId: string; endsAt: Date | null }
  /** API_TOKEN has ended, so the gateway starts without it. */
  | { kind: 'api_token_not_accepted'; tokenId: string; endsAt: Date | null }
  /** The token in DATA_DIR has ended, and a new one could not be stored. */
  | { kind: 'kept_token_not_renewed' }
  /** The locale of the database supports only the letters A to Z, so searches ignore the case of no other letters. */
  | { kind: 'case_knows_ascii_only' }
  | { kind: 'privileges_missing'; missing: readonly string[]; remedy: string }
  | { kind: 'idempotency_keys_forgotten'; keys: number; ms: number }
  /** Events that are older than the retention were deleted. */
  | { kind: 'events_pruned'; events: number; ms: number }
  /** The contents of events of deleted segments were erased. */
  | { kind: 'contents_erased'; events: number; ms: number }
  /** Members of deleted segments, of replaced members, and of replacements that were broken off, were deleted. */
  | { kind: 'members_cleaned'; members: number; ms: number }
  /** Deliveries of webhooks that are older than the retention of events were deleted. */
  | { kind: 'deliveries_forgotten'; deliveries: number; ms: number }
  /** A replacement of members is under way: so many customers have arrived. */
  | { kind: 'members_arriving'; requestId: string; segmentId: string; customers: number; ms: number }
  /** A webhook message was sent, and answered or not. */
  | { kind: 'webhook_attempt_ended'; outcome: WebhookOutcome; ms: number }
  /** An event was not delivered after the last attempt. The endpoint goes on with the next one. */
  | { kind: 'webhook_given_up'; accountId: string; webhookId: string; eventId: string; status: number | null }
  /** A receiver answered that it is gone. */
  | { kind: 'webhook_disabled'; accountId: string; webhookId: string }
  /** The collector of traces did not accept these spans. */
  | { kind: 'spans_lost'; spans: number; reason: string }
  | { kind: 'admin_listening'; adminUrl: string }
  | { kind: 'listening'; url: string }
  /** This process delivers webhooks, and serves no API. */
  | { kind: 'delivering' }
  | { kind: 'stopping'; signal: string }
  | { kind: 'stopped' };

/** A request was answered, or its connection ended before that. An operation over WebSocket counts as a request. */
export interface ExchangeEnded {
  kind: 'exchange_ended';
  face: FaceName;
  requestId: string;
  /** The trace that the request belongs to. */
  trace?: object | undefined;
  method: string | undefined;
  path: string;
  /** The REST route or the GraphQL operation; undefined if it was not recognised. */
  operation: string | undefined;
  /** What a GraphQL operation requested; undefined if it did not pass the checks of its document. */
  requested?: Requested | undefined;
  status: number | 'aborted';
  /** The codes of the errors that the caller was sent, each once. */
  codes?: readonly string[] | undefined;
  /** Whether the answer was a stream, which ends when its caller leaves. */
  isStream?: boolean | undefined;
  ms: number;
  accountId: string | undefined;
  tokenId: string | undefined;
}

/** What serves a request: an API, health checks, or one of the pages. */
export type FaceName = 'rest' | 'graphql' | 'health' | 'page';

/** The type of a GraphQL operation, and the names of the root fields that it requests, without duplicates. */
export interface Requested {
  type: string;
  fields: readonly string[];
}

/** A statement has ended, or, in the lanes `long` and `export`, a transaction. */
export interface StatementEnded {
  kind: 'statement_ended';
  lane: LaneName;
  /** How many calls it answered together; undefined if it is not of a batch. */
  calls: number | undefined;
  /** How long it waited for its turn. */
  waitedMs: number;
  ms: number;
}

/** The result of an attempt to deliver an event. */
export const WEBHOOK_OUTCOMES = ['delivered', 'failed', 'given_up', 'disabled'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** The lanes of the database: see docs/decisions/lanes.md. */
export const LANES = ['small', 'large', 'scan', 'long', 'import', 'export', 'webhook'] as const;
export type LaneName = (typeof LANES)[number];

/** The limits that are observed when they are reached. */
export const LIMITS = [
  'connections',
  'identifications',
  'requests_in_flight',
  'bodies',
  'event_loop',
  'rate',
  'streams',
  'database_queue',
] as const;
export type Limit = (typeof LIMITS)[number];

/** Receives observations. Never throws. */
export type Observe = (observation: Observation) => void;
