import type { ExchangeEnded, Observation, Observe } from '../observation.ts';
import { described, kindOf } from './fault.ts';
import type { Log } from './log.ts';
import { recordedPath } from './path.ts';
import { sampler } from './sample.ts';

/** Max lines of a kind per second: of requests that were refused or had no token, and of faults. */
const MAX = { requests: 50, faults: 10 };

type Kind = Observation['kind'];
type Line = readonly [level: 'info' | 'warn', message: string];

/** Frequent observations that are only measured. */
const MEASURED = ['statement_ended', 'limit_reached', 'webhook_attempt_ended'] as const;
type Measured = (typeof MEASURED)[number];
const isMeasured = (observation: Observation): observation is Extract<Observation, { kind: Measured }> =>
  MEASURED.some((kind) => kind === observation.kind);

/** The lines of all other observations, which are rare. The fields of an observation are logged with its line. */
const LINES: Readonly<Record<Exclude<Kind, 'exchange_ended' | 'fault' | Measured>, Line>> = {
  variable_unknown: [
    'warn',
    'A variable is not one of the gateway, so it has no effect. Did you mean "nearest"?',
  ],
  connection_refused: ['warn', 'refused a connection: see MAX_CONNECTIONS_PER_ADDRESS'],
  database_awaited: ['warn', 'waiting for the database'],
  api_token_awaited: ['warn', 'API_TOKEN is not valid yet: the database cannot be written'],
  api_token_ending: ['warn', 'API_TOKEN was rotated and will end. Set the token that replaces it.'],
  api_token_not_accepted: [
    'warn',
    'API_TOKEN is not accepted: it was revoked, has expired, or was replaced by another API_TOKEN. Set a new one, which "segments token new" prints.',
  ],
  kept_token_not_renewed: [
    'warn',
    'The token in DATA_DIR has ended, and a new one cannot be stored now. The next start will try again.',
  ],
  case_knows_ascii_only: [
    'warn',
    'The locale of the database supports only the letters A to Z: a search for "ä" does not find "Ä". To support all letters, use a database whose LC_CTYPE is that of a language, or C.UTF-8.',
  ],
  privileges_missing: [
    'warn',
    'The role lacks privileges to write. Grant them before the database becomes writable: until then, writes will fail.',
  ],
  idempotency_keys_forgotten: ['info', 'forgot idempotency keys'],
  events_pruned: ['info', 'pruned events'],
  contents_erased: ['info', 'erased the contents of events'],
  members_cleaned: ['info', 'deleted members that nobody can see'],
  deliveries_forgotten: ['info', 'forgot webhook deliveries'],
  members_arriving: ['info', 'receiving members'],
  webhook_given_up: ['warn', 'gave up an event: its webhook endpoint did not accept it'],
  webhook_disabled: ['warn', 'disabled a webhook endpoint: it answered 410'],
  spans_lost: ['warn', 'could not send spans to the collector: see OTEL_EXPORTER_OTLP_ENDPOINT'],
  admin_listening: ['info', 'serving metrics'],
  listening: ['info', 'listening'],
  delivering: ['info', 'delivering webhooks'],
  stopping: ['info', 'stopping'],
  stopped: ['info', 'stopped'],
};

/** Writes observations to a log. */
export interface Records {
  observe: Observe;
  /** Logs how many lines were left out so far. Called before the log ends. */
  flush(): void;
}

/**
 * Logs observations. Every successful request of an account is logged. Lines that any caller can cause are sampled:
 * faults by kind; requests that were refused, aborted or sent without a token by status and account. A further line says
 * how many were left out.
 */
export function records(log: Log): Records {
  const requests = sampler<object>(MAX.requests, (fields, leftOut) => {
    log.info({ ...fields, leftOut }, 'requests left out');
  });
  const faults = sampler<object>(MAX.faults, (fault, leftOut) => {
    log.error({ fault, leftOut }, 'faults left out');
  });

  function observe(observation: Observation): void {
    if (observation.kind === 'exchange_ended') exchangeEnded(observation);
    else if (observation.kind === 'fault') fault(observation.error, observation.requestId);
    else if (!isMeasured(observation)) {
      const { kind, ...fields } = observation;
      const [level, message] = LINES[kind];
      log[level](fields, message);
    }
  }

  /** Logs a request without its query, headers and body, because they contain personal data and secrets. */
  function exchangeEnded(ended: ExchangeEnded): void {
    const { requestId, trace, method, path, operation, status, codes, ms, accountId, tokenId } = ended;
    const isServed = accountId !== undefined && status !== 'aborted' && status < 400;
    const kind = () => ({ status, accountId });
    if (!isServed && !requests.admits(`${status} ${accountId ?? ''}`, kind)) return;
    log.info(
      {
        requestId,
        ...trace,
        method,
        path: recordedPath(path),
        operation,
        status,
        code: codes?.join(),
        ms: Math.round(ms * 100) / 100,
        accountId,
        tokenId,
      },
      'request',
    );
  }

  function fault(error: unknown, requestId: string | undefined): void {
    const kind = kindOf(error);
    if (faults.admits(`${kind.name} ${kind.code} ${kind.at}`, () => kind)) {
      log.error({ requestId, fault: described(error) }, 'fault');
    }
  }

  return {
    observe,
    flush() {
      requests.flush();
      faults.flush();
    },
  };
}
