/** Everything the gateway may answer instead of a result: one list, which both faces read. */
export const catalogue = {
  INVALID_INPUT: { status: 400, title: 'Invalid input' },
  UNAUTHENTICATED: { status: 401, title: 'Unauthenticated' },
  FORBIDDEN: { status: 403, title: 'Forbidden' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    title: 'Idempotency key in use',
    headers: { 'retry-after': '1' },
  },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Idempotency key reused' },
  PRECONDITION_FAILED: { status: 412, title: 'Precondition failed' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'Payload too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type' },
  RATE_LIMITED: { status: 429, title: 'Rate limited' },
  INTERNAL: { status: 500, title: 'Internal error' },
  UNAVAILABLE: { status: 503, title: 'Unavailable', headers: { 'retry-after': '1' } },
} as const satisfies Record<string, Entry>;

interface Entry {
  status: number;
  title: string;
  headers?: Record<string, string>;
}

export type Code = keyof typeof catalogue;

/** One thing wrong with what was sent: which parameter, what it must be and what it was. */
export interface Issue {
  param: string;
  message: string;
}

interface Details {
  cause?: unknown;
  headers?: Record<string, string>;
}

/** A no whose words are meant for the caller. Whatever else is thrown is a fault: logged, never shown. */
export class Refusal extends Error {
  readonly code: Code;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, message: string, { cause, headers = {} }: Details = {}) {
    // Without a stack, which nobody is shown: finding it costs more than the rest of a refusal, and floods are refused.
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

const TRY_AGAIN = 'The database can not be reached. Try again in a moment.';
const LOOK_FIRST =
  'The database went away before it answered: this may have been done, or not. Look before you send it again; a creation may be sent again under its idempotency key.';

/** Something that is needed is away. The outcome tells whether anything can have been changed: surely not, or nobody knows. */
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

/** What is told of an input: a body of ten thousand wrong names must not get ten times its size back. */
const MOST_ISSUES = 20;

/** All that is wrong with an input, at once; of very much, the first. */
export class InvalidInput extends Refusal {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const told = issues.slice(0, MOST_ISSUES).map(({ param, message }) => ({ param: brief(param), message }));
    const more = issues.length - told.length;
    const words = told.map(({ param, message }) => `${param}: ${message}`).join('; ');
    super('INVALID_INPUT', more > 0 ? `${words}; and ${more.toLocaleString('en')} more.` : `${words}.`);
    this.issues = told;
  }

  /** The same no, in the words of the face that the caller stands at. */
  renamed(names: ReadonlyMap<string, string>): InvalidInput {
    return new InvalidInput(
      this.issues.map(({ param, message }) => ({ param: names.get(param) ?? param, message })),
    );
  }
}

/** Something named by its id is not there, or belongs to another account: the two can't be told apart. */
export class NotFound extends Refusal {
  constructor(what: string, id: string) {
    super('NOT_FOUND', `There is no ${what} ${held(id)}.`);
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

/** A key that another request was sent with. Nothing was changed. */
export class IdempotencyKeyReused extends Refusal {
  constructor() {
    super('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used for another request: take a new one.');
  }
}

/** The first request with a key is not done yet. */
export class IdempotencyKeyInUse extends Refusal {
  constructor() {
    super(
      'IDEMPOTENCY_KEY_IN_USE',
      'A request with this idempotency key is still running: try again in a moment.',
    );
  }
}

export const unknownParameter = (param: string): Issue => ({ param, message: 'is not known here' });

const SHOWN = 40;

/** What a parameter held, as an answer may show it: short, and quoted if it is text. */
export function held(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return `"${brief(value)}"`;
}

/** The beginning of a text that came from outside. */
function brief(text: string): string {
  if (text.length <= SHOWN) return text.toWellFormed();
  const characters = [...text.slice(0, 2 * SHOWN + 2).toWellFormed()];
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join('')}…` : characters.join('');
}
