import { WrongUsage } from '../wrong-usage.ts';

/** The gateway cannot be reached, or cannot answer at the moment. The same request may succeed later. */
export class Interrupted extends Error {
  /** How long the gateway asks to wait. */
  readonly pauseMs: number;

  constructor(message: string, pauseMs = 0) {
    super(message);
    this.pauseMs = pauseMs;
  }
}

/** A problem (RFC 9457) as the gateway sends it; anything else if something else answers. */
export interface Problem {
  status?: number;
  code?: string;
  detail?: string;
  errors?: readonly { param: string; message: string }[];
}

interface Source {
  url: string;
  /** What the gateway should have answered, such as "an event log". */
  expected: string;
  /** How long the gateway asks to wait. */
  pauseMs?: number;
}

const IN_USE = 'IDEMPOTENCY_KEY_IN_USE';

/**
 * Converts a problem to an error: Interrupted if it may pass, WrongUsage if the gateway rejects the value of an option, or another
 * error.
 */
export function failureOf(
  { status = 0, code, detail, errors }: Problem,
  { url, expected, pauseMs = 0 }: Source,
): Error {
  if (status === 429 || status >= 500 || code === IN_USE)
    return new Interrupted(detail ?? `${url} answers with the status ${status}.`, pauseMs);
  if (status === 400 && errors) {
    const message = errors.map(messageOf).join('\n');
    return errors.some(({ param }) => LINE.test(param)) ? new Error(message) : new WrongUsage(message);
  }
  return new Error(detail ?? `${url} does not serve ${expected}: it answers with the status ${status}.`);
}

/** Parameters of a line of a file, such as `lines.3` and `lines.3.name`. */
const LINE = /^lines\.(\d+)(?:\.(.+))?$/;

/** Options that are not named after their parameter. */
const OPTIONS: Readonly<Record<string, string>> = { 'Idempotency-Key': 'key' };

/** Names a parameter as the user does: as an option, or as a place in the file. */
function messageOf({ param, message }: { param: string; message: string }): string {
  const [, line, property] = LINE.exec(param) ?? [];
  if (line !== undefined) return `Line ${line}:${property ? ` ${property}` : ''} ${message}.`;
  return `--${OPTIONS[param] ?? param.replaceAll('_', '-')} ${message}.`;
}

/** Converts an error of a connection. Those without a code, such as a port that is not allowed, do not pass. */
export function networkFailure(error: unknown, url: string): Error {
  const { code, message }: { code?: unknown; message?: unknown } = Object(error);
  if (code === undefined) return new Error(`Cannot reach ${url}: ${message}.`);
  return new Interrupted(`Cannot reach ${url}: ${code}.`);
}

/** How long a `Retry-After` asks to wait, in milliseconds; 0 if it does not say. */
export const pauseOf = (retryAfter: string | null | undefined): number => Number(retryAfter ?? 0) * 1000 || 0;

const PAUSE_MS = { min: 1_000, max: 30_000 };

/** The pause doubles with each failure. A random part prevents clients that were disconnected together from reconnecting together. */
export const pauseAfter = (failures: number): number =>
  Math.min(PAUSE_MS.max, PAUSE_MS.min * 2 ** failures) * (0.5 + Math.random() / 2);
