import { type SQL, sql } from 'drizzle-orm';
import { isExpected, locked } from '../../database/sql/lock.ts';
import type { BatchColumns } from '../../database/sql/unnest.ts';
import { segments } from '../../database/tables/segments.ts';

/** Which changes of a numbered batch are made. */
export interface Extent<Call> {
  /** Further columns that the batch must have. */
  columns: BatchColumns<Call>;
  /** Selects and locks the segments of the batch, as `wanted`. */
  lock(wanted: SQL, strength: 'update' | 'no key update'): SQL;
  /** Matches the locked segments that are changed. */
  isChanged: SQL;
  /** The place of a change in the log. */
  n: SQL;
}

/** Each change whose segment exists and is at an expected version. */
export const EACH: Extent<object> = {
  columns: {},
  lock: (wanted, strength) => locked(segments, wanted, strength),
  isChanged: isExpected,
  n: sql`wanted.n`,
};

/** A change with its place in the list of the caller: 0 for the first. */
export interface Placed {
  place: number;
}

/**
 * All changes, if all of their segments exist and are at an expected version; otherwise none. The statement gets their number as
 * `size`. The batch is in the order in which segments are locked, so the log needs the places.
 */
export const ALL: Extent<Placed> = {
  columns: { place: { type: 'int', of: ({ place }) => place } },
  lock: (wanted, strength) => sql`(
    select wanted.*, count(*) filter (where ${isExpected}) over () as expected_count
    from ${locked(segments, wanted, strength)}
  ) as wanted`,
  isChanged: sql`wanted.expected_count = ${sql.placeholder('size')}::int`,
  n: sql`wanted.place as n`,
};
