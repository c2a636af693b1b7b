import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { Refusal } from '../errors.ts';

/**
 * SQLSTATEs that say "not now" and not "wrong": connection lost (08), out of resources (53), shut down or
 * cancelled by a time limit (57), a lock not had in time (55P03), a read-only or rolled-back server (25006, 40).
 */
const NOT_NOW = /^(08|53|57|40)|^(55P03|25006)$/;

/** SQLSTATEs of one row's data (22), one row's constraint (23), or a deadlock with another statement. */
const ONE_ROW = /^(22|23)|^(40001|40P01)$/;

/** Whether a statement over many rows may succeed for all but one of them. */
export const failsForOneRow = (error: unknown): boolean => ONE_ROW.test(sqlState(error) ?? '');

/**
 * What a failed statement is to its callers: UNAVAILABLE where trying again may help, else the fault itself.
 * The error that Drizzle wraps round it never leaves: its message holds the SQL and every parameter.
 */
export function refusalOf(error: unknown): Error {
  const cause = driverError(error);
  const state = sqlState(error);
  const lost = error instanceof DrizzleQueryError && state === undefined;
  if (lost || (state !== undefined && NOT_NOW.test(state))) {
    return new Refusal('UNAVAILABLE', 'The database can not be reached. Try again in a moment.', { cause });
  }
  return cause instanceof Error ? cause : new Error(String(cause));
}

const driverError = (error: unknown) => (error instanceof DrizzleQueryError ? error.cause : error);

function sqlState(error: unknown): string | undefined {
  const cause = driverError(error);
  return cause instanceof pg.DatabaseError ? cause.code : undefined;
}
