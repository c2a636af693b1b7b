import type { Expecting } from '../../database/sql/lock.ts';

/** Whether a change may be applied at a version: the rule of `isExpected` in SQL. */
export function isExpectedVersion({ expectedVersion, excludedVersion }: Expecting, version: number): boolean {
  const isExpected = expectedVersion == null || [expectedVersion].flat().includes(version);
  return isExpected && !excludedVersion?.includes(version);
}
