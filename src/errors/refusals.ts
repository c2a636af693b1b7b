import { type Code, catalogue, type Entry } from './catalogue.ts';
import { quoted } from './quoted.ts';

interface Details {
  cause?: unknown;
  headers?: Record<string, string>;
}

/** An error whose message is safe to show. Anything else that is thrown is a fault: logged, never shown. */
export class Refusal extends Error {
  readonly code: Code;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, message: string, { cause, headers = {} }: Details = {}) {
    // Without a stack, which is never shown. Capturing it costs more than the rest of a refusal, and a flood means many refusals.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = new.target.name;
    this.code = code;
    const entry: Entry = catalogue[code];
    this.headers = { ...entry.headers, ...headers };
  }
}

const TRY_AGAIN = 'The database is unavailable. Try again in a moment.';
const LOOK_FIRST =
  'The connection was lost before the database confirmed the write, so it may or may not have been applied. Check before retrying; a create is safe to retry with its idempotency key.';

/** Something that is needed is unavailable. The outcome says whether anything was changed: nothing, or unknown. */
export class Unavailable extends Refusal {
  readonly outcome: 'not_applied' | 'unknown';

  constructor(
    outcome: Unavailable['outcome'],
    { cause, message }: { cause?: unknown; message?: string } = {},
  ) {
    super('UNAVAILABLE', message ?? (outcome === 'unknown' ? LOOK_FIRST : TRY_AGAIN), { cause });
    this.outcome = outcome;
  }
}

/** There is nothing with this id, or it belongs to another account. Callers cannot tell the two apart. */
export class NotFound extends Refusal {
  constructor(what: string, id: string) {
    super('NOT_FOUND', `There is no ${what} ${quoted(id)}.`);
  }
}

/** The account has no webhook endpoint with this id. */
export class WebhookNotFound extends NotFound {
  constructor(id: string) {
    super('webhook endpoint', id);
  }
}

/** Something is not at the version that a change was meant for. Nothing was changed. */
export class VersionConflict extends Refusal {
  readonly currentVersion: number;

  constructor(what: string, currentVersion: number) {
    super('PRECONDITION_FAILED', `The precondition failed: the ${what} is at version ${currentVersion}.`);
    this.currentVersion = currentVersion;
  }
}

/** The account has reached its maximum number of segments. Nothing was changed. */
export class QuotaExceeded extends Refusal {
  readonly limit: number;

  constructor(limit: number) {
    const many = limit === 1 ? '1 segment' : `${limit.toLocaleString('en')} segments`;
    super('QUOTA_EXCEEDED', `This account is limited to ${many}. Delete segments before you create others.`);
    this.limit = limit;
  }
}

/** The account has reached its maximum number of webhook endpoints. Nothing was changed. */
export class WebhookQuotaExceeded extends Refusal {
  readonly limit: number;

  constructor(limit: number) {
    super(
      'QUOTA_EXCEEDED',
      `This account is limited to ${limit} webhook endpoints. Delete some before you create others.`,
    );
    this.limit = limit;
  }
}

/** The key was used for a different request. Nothing was changed. */
export class IdempotencyKeyReused extends Refusal {
  constructor(message = 'This idempotency key was already used for a different request. Use a new key.') {
    super('IDEMPOTENCY_KEY_REUSED', message);
  }
}

/** The first request with this key is still in progress. */
export class IdempotencyKeyInUse extends Refusal {
  constructor() {
    super(
      'IDEMPOTENCY_KEY_IN_USE',
      'A request with this idempotency key is still in progress. Try again in a moment.',
    );
  }
}

/** The events after a cursor are no longer kept. */
export class CursorExpired extends Refusal {
  constructor(param: string, cursor: string, oldest: string) {
    super(
      'CURSOR_EXPIRED',
      `${param}: ${quoted(cursor)} has expired: the oldest cursor of this log is ${quoted(oldest)}. Events before it are no longer kept. List the segments again, and follow the log from its newest event.`,
    );
  }
}

/** A statement exceeded its time limit. Nothing was changed. */
export class Timeout extends Refusal {
  constructor({ cause, isWrite }: { cause?: unknown; isWrite: boolean }) {
    super('TIMEOUT', isWrite ? WRITE_TOOK_TOO_LONG : READ_TOOK_TOO_LONG, { cause });
  }
}

const READ_TOOK_TOO_LONG =
  'The read exceeded its time limit. Request less data: use a narrower filter, or omit totalCount.';
const WRITE_TOOK_TOO_LONG = 'The write exceeded its time limit. Nothing was changed. Try again later.';

/** Max bytes of the response to one operation. */
export const MAX_RESPONSE = 8 * 1024 * 1024;

/** The response to an operation would be too large. */
export class ResponseTooLarge extends Refusal {
  constructor() {
    super(
      'RESPONSE_TOO_LARGE',
      'The response would exceed 8 MiB. Request a smaller page, fewer ids or fewer fields, or split the operation.',
    );
  }
}
