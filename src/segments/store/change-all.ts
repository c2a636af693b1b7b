import type { Database } from '../../database/connect.ts';
import { inOrderOf, type Key } from '../../database/sql/key.ts';
import { wholeCalls } from '../../database/whole-calls.ts';
import type { Segment } from '../segment.ts';
import { prepareDeletion } from './delete.ts';
import { ALL, type Placed } from './extent.ts';
import { prepareUpdate } from './update.ts';

/** Changes of one account that are made together. No two of them are of the same segment. */
export interface Changes<Change extends Key> {
  accountId: string;
  changes: readonly Change[];
}

/**
 * Changes all segments of a call and returns them in the order of the call. Returns null, and changes nothing, if the account lacks one
 * of them, or if one is not at an expected version.
 */
export const updateAll = (db: Database) =>
  together(db.large, prepareUpdate(db, db.large, 'update_all_segments', ALL));

/** The same for deletions. The segments are returned as they were. */
export const deleteAll = ({ large }: Database) =>
  together(large, prepareDeletion(large, 'delete_all_segments', ALL));

const together = <Change extends Key>(
  lane: Database['large'],
  run: (changes: readonly (Change & Placed)[]) => Promise<(Segment & Key)[]>,
) =>
  wholeCalls<Changes<Change>, Segment[] | null>(lane, async ({ changes }) => {
    const rows = await run(inLockOrder(changes));
    if (rows.length < changes.length) return null;
    return inOrderOf(changes, rows).filter((segment) => segment !== null);
  });

/** Sorts changes by their segments, so that all processes lock segments in the same order, and notes their places. */
const inLockOrder = <Change extends Key>(changes: readonly Change[]): (Change & Placed)[] =>
  changes.map((change, place) => ({ ...change, place })).sort((a, b) => (a.id < b.id ? -1 : 1));
