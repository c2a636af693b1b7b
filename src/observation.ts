/** An event that an operator may want to know about. Readers, such as the log, decide what to do with it. */
export type Observation =
  | ExchangeEnded
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
  /** A replacement of members is under way: so many customers have arrived. */
  | { kind: 'members_arriving'; requestId: string; segmentId: string; customers: number; ms: number }
  | { kind: 'listening'; url: string }
  | { kind: 'stopping'; signal: string }
  | { kind: 'stopped' };

/** A request was answered, or its connection ended before that. */
export interface ExchangeEnded {
  kind: 'exchange_ended';
  requestId: string;
  /** The trace that the request belongs to. */
  trace?: object | undefined;
  method: string | undefined;
  path: string;
  /** The REST route or the GraphQL operation; undefined if it was not recognised. */
  operation: string | undefined;
  status: number | 'aborted';
  ms: number;
  accountId: string | undefined;
  tokenId: string | undefined;
}

/** Receives observations. Never throws. */
export type Observe = (observation: Observation) => void;
