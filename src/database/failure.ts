import pg from 'pg';
import { Timeout, Unavailable } from '../errors/refusals.ts';

/**
 * SQLSTATEs of failures that may pass: connection lost (08), out of resources (53), shut down or cancelled by a time limit (57),
 * lock timeout (55P03), read-only server (25006), transaction rolled back (40).
 */
const NOT_NOW = /^(08|53|57|40)|^(55P03|25006)$/;

/** Error codes of a database that was not reached: nothing listens there, or its name cannot be resolved yet. */
const UNREACHED = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT)/;

/** SQLSTATEs of failures after which a statement may have been applied. All other failures undo it. */
const UNDECIDED = /^(08|40003|57P0[124])/;

/** Errors before a statement was sent: the database was not reached, or no connection was available in time (without a code). */
const NEVER_SENT = /^(ECONNREFUSED|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const NOT_IN_TIME = /timeout/;
const NO_ANSWER = /timeout|^Connection terminated/;

/**
 * SQLSTATEs of the connection or the server (08, 53100, 53300, 57P, 58, 25006), of an outcome that is unknown (40003), or
 * of the statement's text (0A, 26, 3D, 3F, 42). None of them depends on the calls of a statement. XX000 is included because
 * poolers use it for errors of their own, after which the outcome of a write is unknown.
 */
const OF_ALL_CALLS = /^(08|57P|58|0A|26|3D|3F|42)|^(25006|40003|53100|53300|XX000)$/;

/**
 * SQLSTATEs of statements whose failure does not affect their session: invalid values (21, 22, 23), conflicts with other sessions
 * (40, 55P03), limits (54), cancellation and timeouts (57014).
 */
const OF_STATEMENT = /^(2[123]|40|54)|^(55P03|57014)$/;

/** The SQLSTATE of a statement that ran longer than `statement_timeout`. It was undone. */
const TOO_LATE = '57014';

/** The SQLSTATE of a row that exists. */
const TAKEN = '23505';

/** The SQLSTATE of a write to a read-only database. */
const READ_ONLY = '25006';

/** A statement that failed in the driver, whose error is the cause. */
export class StatementFailed extends Error {
  readonly state: string | undefined;

  constructor(cause: unknown) {
    super('A statement failed.', { cause });
    this.state = cause instanceof pg.DatabaseError ? cause.code : undefined;
  }
}

/**
 * Returns why the database cannot be used, if that may change by itself: it is unavailable, starting, or full. Returns undefined if
 * it will not change, for example if the password is wrong or missing.
 */
export function reasonToWait(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!('code' in error)) return NO_ANSWER.test(error.message) ? 'no answer' : undefined;
  const code = String(error.code);
  const mayChange = error instanceof pg.DatabaseError ? NOT_NOW : UNREACHED;
  return mayChange.test(code) ? code : undefined;
}

/**
 * Whether a statement with many calls may succeed for some of them if it is sent again without the others. This is the case after a
 * value that the database refuses, a locked row, a deadlock, or the time limit. Such a failure undoes the statement, so it is safe
 * to send it again.
 */
export const mayFailForSome = (error: unknown): boolean =>
  error instanceof StatementFailed && error.state !== undefined && !OF_ALL_CALLS.test(error.state);

/** Whether the session of a failed statement can still be used. */
export const leavesSession = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && OF_STATEMENT.test(error.code ?? '');

/** Whether a statement waited too long for a row that another session is writing. */
export const isLockedOut = (error: unknown): boolean =>
  error instanceof StatementFailed && error.state === '55P03';

/** Whether a statement was undone because a row that it inserts exists. */
export const isTaken = (error: unknown): boolean => error instanceof StatementFailed && error.state === TAKEN;

/** Whether a statement ran out of time. It was undone. */
export const isTooLate = (error: unknown): boolean =>
  error instanceof StatementFailed && error.state === TOO_LATE;

/** Whether a statement could not write because the database is read-only. The gateways of its primary can. */
export const isReadOnly = (error: unknown): boolean =>
  error instanceof StatementFailed && error.state === READ_ONLY;

/**
 * Returns the error that the callers of a failed statement get: UNAVAILABLE if trying again may help, TIMEOUT if it ran too long,
 * otherwise the fault itself. For a write, UNAVAILABLE says whether it may have been applied.
 */
export function refusalOf(error: unknown, { isWrite }: { isWrite: boolean }): Error {
  if (!(error instanceof StatementFailed)) return error instanceof Error ? error : new Error(String(error));
  const { state, cause } = error;
  if (state === TOO_LATE) return new Timeout({ cause, isWrite });
  if (state === undefined || NOT_NOW.test(state)) {
    return new Unavailable(isWrite && mayHaveRun(error) ? 'unknown' : 'not_applied', { cause });
  }
  return cause instanceof Error ? cause : error;
}

function mayHaveRun({ state, cause }: StatementFailed): boolean {
  if (state !== undefined) return UNDECIDED.test(state);
  if (!(cause instanceof Error)) return true;
  return !('code' in cause ? NEVER_SENT.test(String(cause.code)) : NOT_IN_TIME.test(cause.message));
}
